//go:build !teleoff

package teleotel

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// nowhere takes spans as fast as they come.
type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                             { return nil }

const benchQueue = 1 << 16

// BenchmarkScope compares a scope with the span and the measurement that one would make by hand, by turns, with providers
// alike: spans go through a batch processor, and a reader waits for metrics.
func BenchmarkScope(b *testing.B) {
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	byHand := func(b *testing.B) func() { return byHand(b, batching(b), meters) }
	b.Run("reporter", func(b *testing.B) {
		byTurns(b, byHand(b), byScope(New(&Options{TracerProvider: batching(b), MeterProvider: meters})))
	})
	b.Run("pipeline", func(b *testing.B) { // which counts spans
		p := newTestPipeline(nowhere{}, nil, benchQueue)
		b.Cleanup(func() { p.batches.Shutdown(context.Background()) })
		byTurns(b, byHand(b), byScope(New(&Options{TracerProvider: p.tracing, MeterProvider: meters})))
	})
}

func batching(b *testing.B) *sdktrace.TracerProvider {
	p := sdktrace.NewTracerProvider(sdktrace.WithBatcher(nowhere{}, sdktrace.WithMaxQueueSize(benchQueue)))
	b.Cleanup(func() { p.Shutdown(context.Background()) })
	return p
}

// byTurns reports how many times as long as the yardstick the subject takes.
func byTurns(b *testing.B, yardstick, subject func()) {
	const turn = 1000
	var times [2]time.Duration
	turns := 0
	for b.Loop() {
		for i, run := range []func(){yardstick, subject} {
			start := time.Now()
			for range turn {
				run()
			}
			times[i] += time.Since(start)
		}
		turns++
	}
	b.ReportMetric(float64(times[1])/float64(times[0]), "ratio")
	b.ReportMetric(float64(times[0].Nanoseconds())/float64(turn*turns), "ns/by-hand")
	b.ReportMetric(float64(times[1].Nanoseconds())/float64(turn*turns), "ns/scope")
	b.ReportMetric(0, "ns/op") // means nothing
}

func byScope(r *Reporter) func() {
	telemetry := runtimetest.New(r)
	ctx, _ := telemetry.Start(context.Background(), "request") //nolint:teleinstr // never ended
	return func() {
		_, scope := telemetry.Start(ctx, "load", slog.Int("rows", 7))
		scope.End()
	}
}

// byHand does what a scope does.
func byHand(b *testing.B, traces trace.TracerProvider, meters metric.MeterProvider) func() {
	tracer := traces.Tracer("bench")
	duration, err := meters.Meter("bench").Float64Histogram("duration", metric.WithExplicitBucketBoundaries(DurationBounds()...))
	if err != nil {
		b.Fatal(err)
	}
	common := trace.WithAttributes(attribute.String("tele.scope", "request.load"), attribute.Int("depth", 1),
		attribute.Int("call_count", 1), attribute.String("parent_scope", "request"))
	set := metric.WithAttributeSet(attribute.NewSet(attribute.String("tele.scope", "request.load")))
	record := []metric.RecordOption{set}
	ctx, _ := tracer.Start(context.Background(), "request")
	return func() {
		start := time.Now()
		ctx, span := tracer.Start(ctx, "load", common, trace.WithTimestamp(start))
		span.SetAttributes(attribute.Int("rows", 7))
		end := time.Now()
		duration.Record(ctx, end.Sub(start).Seconds(), record...)
		span.End(trace.WithTimestamp(end))
	}
}
