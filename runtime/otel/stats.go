package teleotel

import (
	"context"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Stats are counts since the start.
type Stats struct {
	// Scopes is the number of scopes that have ended, and Unsampled that of those whose span the sampler has left out.
	Scopes, Unsampled int64
	// MetricsDropped is the number of metric events that no instrument has taken: because there are too many, because the
	// increment of a counter is negative, or because the value is no number and there is no span either.
	MetricsDropped int64
	// Spans is about the spans of all instrumentation that goes through the [Pipeline].
	Spans SpanStats
	// MetricExportsFailed is the number of exports of metrics that have failed. What is exported is totals since the
	// start, so that the next one makes up for that.
	MetricExportsFailed int64
}

// SpanStats say what has become of spans. Those that have Ended are Exported, Failed, Dropped or Pending, each of them one of
// these. After [Pipeline.Shutdown], none is Pending.
type SpanStats struct {
	// Ended is the number of sampled spans that have ended.
	Ended int64
	// Exported is the number of those that the collector has confirmed.
	Exported int64
	// Failed is the number of those whose export has returned an error. Some may have arrived nevertheless: where the answer came
	// too late, or where the collector has refused a part of a batch.
	Failed int64
	// Dropped is the number of those that were not sent, because as many as may wait did, or because of the Shutdown.
	Dropped int64
	// Pending is the number of those that wait or are on their way.
	Pending int64
}

// An account knows what becomes of spans.
type account struct {
	limit                                     int64 // of those that are pending
	ended, exported, failed, dropped, waiting atomic.Int64
	closed                                    atomic.Bool
	metricsFailed                             atomic.Int64
}

// admit reports whether another span may wait.
func (a *account) admit() bool {
	a.ended.Add(1)
	if a.closed.Load() {
		return false // stats makes it a dropped one
	}
	if a.waiting.Add(1) > a.limit {
		a.waiting.Add(-1)
		a.dropped.Add(1)
		return false
	}
	return true
}

// stats returns the counts. Pending is what is left, rather than a count of its own, so that they agree with each
// other while spans end.
func (a *account) stats() SpanStats {
	closed := a.closed.Load()
	s := SpanStats{Exported: a.exported.Load(), Failed: a.failed.Load(), Dropped: a.dropped.Load()}
	s.Ended = a.ended.Load() // last, so that it is no less than their sum
	s.Pending = s.Ended - s.Exported - s.Failed - s.Dropped
	if closed && s.Pending > 0 {
		s.Dropped += s.Pending
		s.Pending = 0
	}
	return s
}

// A countingProcessor keeps more spans from another one than that can hold, which would drop them and not tell.
type countingProcessor struct {
	sdktrace.SpanProcessor
	account *account
}

func (p countingProcessor) OnEnd(span sdktrace.ReadOnlySpan) {
	if span.SpanContext().IsSampled() && p.account.admit() {
		p.SpanProcessor.OnEnd(span)
	}
}

// A countingExporter counts what another one has exported.
type countingExporter struct {
	sdktrace.SpanExporter
	account *account
}

func (e countingExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	n := int64(len(spans))
	if err == nil {
		e.account.exported.Add(n)
	} else {
		e.account.failed.Add(n)
	}
	e.account.waiting.Add(-n)
	return err
}
