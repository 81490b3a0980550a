//go:build !teleoff

package teleotel

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A gate exports nothing until it is opened.
type gate struct {
	opened chan struct{}
	err    error

	mu       sync.Mutex
	exported int64
}

func (g *gate) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	select {
	case <-g.opened:
	case <-ctx.Done():
		return ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.exported += int64(len(spans))
	}
	return g.err
}

var errRefused = errors.New("refused")

func (g *gate) Shutdown(context.Context) error { return nil }

func newTestPipeline(exporter sdktrace.SpanExporter, metrics sdkmetric.Exporter, queue int) *Pipeline {
	p := &Pipeline{account: &account{limit: int64(queue)}}
	p.connect(resource.Empty(), exporter, metrics, queue)
	p.Reporter = New(&Options{TracerProvider: p.tracing, MeterProvider: p.metering})
	return p
}

// wantSum wants each span to be accounted for.
func wantSum(t *testing.T, s SpanStats, ended int64) {
	t.Helper()
	if s.Ended != ended || s.Exported+s.Failed+s.Dropped+s.Pending != ended {
		t.Errorf("%+v do not add up to %d", s, ended)
	}
}

func scopes(p *Pipeline, n int) {
	telemetry := runtimetest.New(p)
	for range n {
		_, scope := telemetry.Start(context.Background(), "a")
		scope.End()
	}
}

func TestQueueFull(t *testing.T) {
	g := &gate{opened: make(chan struct{})}
	p := newTestPipeline(g, nil, 1000)
	scopes(p, 5000)
	s := p.Stats().Spans
	wantSum(t, s, 5000)
	if s.Dropped != 4000 || s.Pending != 1000 {
		t.Errorf("%+v, want 1000 to wait and the others to be dropped", s)
	}
	close(g.opened)
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := p.Stats().Spans; s.Exported != 1000 || s.Pending != 0 {
		t.Errorf("%+v, want 1000 exported", s)
	}
	scopes(p, 10) // there is room again
	log := captureLog(t)
	if err := p.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = p.Stats().Spans
	wantSum(t, s, 5010)
	if s.Exported != 1010 || g.exported != 1010 || s.Dropped != 4000 {
		t.Errorf("%+v, and %d have arrived", s, g.exported)
	}
	if !strings.Contains(log.String(), "spans_dropped=4000") {
		t.Errorf("log: %s", log)
	}
}

// TestQueueFullConcurrently wants the exporter's count, which is its own, to be that of the Stats.
func TestQueueFullConcurrently(t *testing.T) {
	captureLog(t)
	g := &gate{opened: make(chan struct{})}
	close(g.opened)
	p := newTestPipeline(g, nil, 64)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() { scopes(p, 5000) })
	}
	for range 20 {
		s := p.Stats().Spans
		wantSum(t, s, s.Ended)
		if s.Pending < 0 {
			t.Errorf("%+v", s)
		}
		if err := p.Flush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	workers.Wait()
	if err := p.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := p.Stats().Spans
	wantSum(t, s, 40_000)
	if s.Exported != g.exported || s.Pending != 0 || p.account.waiting.Load() != 0 {
		t.Errorf("%+v, %d have arrived, %d wait", s, g.exported, p.account.waiting.Load())
	}
}

func TestExportFails(t *testing.T) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
	captureLog(t)
	g := &gate{opened: make(chan struct{}), err: errRefused}
	close(g.opened)
	p := newTestPipeline(g, nil, 2048)
	scopes(p, 700)
	if err := p.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := p.Stats().Spans
	wantSum(t, s, 700)
	if s.Failed != 700 {
		t.Errorf("%+v, want all failed", s)
	}
}

// TestShutdownInTime has an exporter that does not answer.
func TestShutdownInTime(t *testing.T) {
	log := captureLog(t)
	g := &gate{opened: make(chan struct{})}
	p := newTestPipeline(g, nil, 2048)
	scopes(p, 100)
	_, late := runtimetest.New(p).Start(context.Background(), "late")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := p.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	scopes(p, 5)
	late.End()
	s := p.Stats().Spans
	wantSum(t, s, 106)
	if s.Dropped != 106 {
		t.Errorf("%+v, want all dropped", s)
	}
	if !strings.Contains(log.String(), "spans_dropped=100") {
		t.Errorf("log: %s", log)
	}
	if err := p.Shutdown(ctx); err != nil {
		t.Errorf("second call: %v", err)
	}
	close(g.opened)
}

// TestSelfMetrics wants the counts to be exported, those at the end too.
func TestSelfMetrics(t *testing.T) {
	captureLog(t)
	g := &gate{opened: make(chan struct{})}
	last := new(lastMetrics)
	p := newTestPipeline(g, last, 10)
	if err := p.observe(); err != nil {
		t.Fatal(err)
	}
	scopes(p, 30)
	close(g.opened)
	if err := p.Shutdown(t.Context()); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	want(t, last.metrics, "tele.otel.spans", "{tele.fate=dropped} 20; {tele.fate=exported} 10; {tele.fate=failed} 0")
	want(t, last.metrics, "tele.otel.metrics.dropped", "{} 0")
	want(t, last.metrics, DurationMetric, "{tele.scope=a} 30")
	if failed := p.Stats().MetricExportsFailed; failed != 1 {
		t.Errorf("%d exports failed, want 1", failed)
	}
}

// lastMetrics keeps the metrics of the last export, which fails.
type lastMetrics struct{ metrics map[string]metricdata.Metrics }

func (*lastMetrics) Temporality(k sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(k)
}

func (*lastMetrics) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

func (l *lastMetrics) Export(_ context.Context, all *metricdata.ResourceMetrics) error {
	l.metrics = map[string]metricdata.Metrics{}
	for _, s := range all.ScopeMetrics {
		for _, m := range s.Metrics {
			l.metrics[m.Name] = m
		}
	}
	return errRefused
}

func (*lastMetrics) ForceFlush(context.Context) error { return nil }
func (*lastMetrics) Shutdown(context.Context) error   { return nil }

func captureLog(t *testing.T) *bytes.Buffer {
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	log := new(bytes.Buffer)
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	return log
}
