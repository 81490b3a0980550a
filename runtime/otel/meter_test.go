//go:build !teleoff

package teleotel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A metering is a Reporter with the metrics that come of it.
type metering struct {
	*Reporter
	reader *sdkmetric.ManualReader
}

func newMetering(o Options) *metering {
	m := &metering{reader: sdkmetric.NewManualReader()}
	o.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(m.reader))
	if o.TracerProvider == nil {
		o.TracerProvider = sdktrace.NewTracerProvider()
	}
	m.Reporter = New(&o)
	return m
}

func (m *metering) collect(t *testing.T) map[string]metricdata.Metrics {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := m.reader.Collect(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	byName := map[string]metricdata.Metrics{}
	for _, s := range all.ScopeMetrics {
		for _, metric := range s.Metrics {
			byName[metric.Name] = metric
		}
	}
	return byName
}

// points returns the points of a metric as lines of attributes and value, sorted.
func points(t *testing.T, m metricdata.Metrics) string {
	t.Helper()
	var lines []string
	add := func(set attribute.Set, format string, args ...any) {
		lines = append(lines, "{"+set.Encoded(attribute.DefaultEncoder())+"} "+fmt.Sprintf(format, args...))
	}
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			add(p.Attributes, "%d", p.Value)
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			add(p.Attributes, "%v", p.Value)
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			add(p.Attributes, "%d", p.Count)
		}
	default:
		t.Errorf("%s is %T", m.Name, m.Data)
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

func want(t *testing.T, metrics map[string]metricdata.Metrics, name, wanted string) {
	t.Helper()
	if m, ok := metrics[name]; !ok {
		t.Errorf("no %s", name)
	} else if got := points(t, m); got != wanted {
		t.Errorf("%s: %s, want %s", name, got, wanted)
	}
}

func TestDuration(t *testing.T) {
	r := newMetering(Options{})
	telemetry := runtimetest.New(r)
	ctx, outer := telemetry.Start(context.Background(), "a", slog.String("user", "secret"))
	for range 3 {
		_, inner := telemetry.Start(ctx, "b")
		inner.End()
	}
	err := errors.New("text")
	outer.EndErr(&err)
	r.RecordTiming("slow", 3*time.Second, tele.Metadata{})

	metrics := r.collect(t)
	want(t, metrics, DurationMetric, "{error.type=*errors.errorString,tele.scope=a} 1; {tele.scope=a.b} 3; {tele.scope=slow} 1")
	m := metrics[DurationMetric]
	data := m.Data.(metricdata.Histogram[float64]).DataPoints
	if !slices.Equal(data[0].Bounds, DurationBounds()) || m.Unit != "s" {
		t.Errorf("bounds %v, unit %q", data[0].Bounds, m.Unit)
	}
	for _, p := range data {
		if scope, _ := p.Attributes.Value("tele.scope"); scope.AsString() == "slow" && p.Sum != 3 {
			t.Errorf("3 s are measured as %v", p.Sum)
		}
	}
}

func TestInstruments(t *testing.T) {
	r := newMetering(Options{})
	telemetry := runtimetest.New(r)
	ctx, scope := telemetry.Start(context.Background(), "pipeline.plan")
	telemetry.Count(ctx, "api.requests", 2, slog.Int("n", 1))
	telemetry.Count(ctx, "api.requests", 3)
	telemetry.Count(context.Background(), "api.requests", 1)
	telemetry.Gauge(ctx, "depth", 4)
	telemetry.Gauge(ctx, "depth", 2.5)
	telemetry.Metric(ctx, "size", 10)
	telemetry.Metric(ctx, "size", uint8(200))
	telemetry.Metric(ctx, "size", math.Inf(1))
	telemetry.Metric(ctx, "wait", time.Second)
	for _, name := range []string{"Größe 1", strings.Repeat("x", 300), "9"} {
		telemetry.Count(ctx, name, 1)
	}
	scope.End()

	metrics := r.collect(t)
	want(t, metrics, "api.requests", "{tele.scope=pipeline.plan} 5; {} 1")
	want(t, metrics, "depth", "{tele.scope=pipeline.plan} 2.5")
	want(t, metrics, "size", "{tele.scope=pipeline.plan} 3")
	want(t, metrics, "wait", "{tele.scope=pipeline.plan} 1")
	want(t, metrics, "Gr__e_1", "{tele.scope=pipeline.plan} 1")
	want(t, metrics, strings.Repeat("x", 255), "{tele.scope=pipeline.plan} 1")
	want(t, metrics, "m9", "{tele.scope=pipeline.plan} 1")
	if sum := metrics["api.requests"].Data.(metricdata.Sum[int64]); !sum.IsMonotonic {
		t.Error("a counter may go down")
	}
	if dropped := r.Stats().MetricsDropped; dropped != 0 {
		t.Errorf("%d dropped", dropped)
	}
}

func TestMetricAttributes(t *testing.T) {
	r := newMetering(Options{MetricAttribute: func(key string) bool { return key == "tenant" || key == "g.a" || key == "tele.scope" }})
	telemetry := runtimetest.New(r)
	ctx, scope := telemetry.Start(context.Background(), "a", slog.String("tenant", "t"), slog.Int("id", 7))
	telemetry.Count(ctx, "c", 1, slog.String("tenant", "u"), slog.Group("g", slog.Int("a", 1), slog.Int("b", 2)))
	telemetry.Gauge(ctx, "g", 1, slog.String("tenant", "u"))
	//nolint:teleinstr // the key is what this is about
	telemetry.Count(ctx, "plain", 1, slog.String("tele.scope", "x"))
	err := errors.New("text")
	scope.EndErr(&err)
	metrics := r.collect(t)
	want(t, metrics, DurationMetric, "{error.type=*errors.errorString,tele.scope=a,tenant=t} 1")
	want(t, metrics, "c", "{g.a=1,tele.scope=a,tenant=u} 1")
	want(t, metrics, "g", "{tele.scope=a,tenant=u} 1")
	want(t, metrics, "plain", "{tele.scope=a} 1")
}

// TestMaxNames has names with numbers in them.
func TestMaxNames(t *testing.T) {
	r := newMetering(Options{MaxNames: 3})
	telemetry := runtimetest.New(r)
	for i := range 5 {
		ctx, scope := telemetry.Start(context.Background(), fmt.Sprintf("s%d", i))
		telemetry.Count(ctx, "same", 1)
		scope.End()
		telemetry.Count(context.Background(), fmt.Sprintf("c%d", i), 1)
	}
	metrics := r.collect(t)
	want(t, metrics, DurationMetric, "{otel.metric.overflow=true} 2; {tele.scope=s0} 1; {tele.scope=s1} 1; {tele.scope=s2} 1")
	want(t, metrics, "same", "{otel.metric.overflow=true} 3; {tele.scope=s0} 1; {tele.scope=s1} 1")
	want(t, metrics, "c1", "{otel.metric.overflow=true} 1")
	if metrics["c2"].Data != nil {
		t.Error("more instruments than allowed")
	}
	if dropped := r.Stats().MetricsDropped; dropped != 3 {
		t.Errorf("%d dropped, want 3", dropped)
	}
}

func TestNegativeIncrement(t *testing.T) {
	var handled []error
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { handled = append(handled, err) }))
	r := newMetering(Options{})
	telemetry := runtimetest.New(r)
	for _, n := range []int64{5, -2, -3} {
		telemetry.Count(context.Background(), "c", n)
	}
	want(t, r.collect(t), "c", "{} 5")
	if dropped := r.Stats().MetricsDropped; dropped != 2 || len(handled) != 1 {
		t.Errorf("%d dropped, errors %v", dropped, handled)
	}
}

// TestText records values that are no numbers.
func TestText(t *testing.T) {
	r := newTracing()
	telemetry := runtimetest.New(r)
	ctx, scope := telemetry.Start(context.Background(), "a")
	telemetry.Metric(ctx, "state", "full", slog.Int("n", 1))
	telemetry.Metric(context.Background(), "state", "lost")
	scope.End()
	events := r.span(t, "a").Events()
	if len(events) != 1 || events[0].Name != "state" {
		t.Fatalf("events %v", events)
	}
	set := attribute.NewSet(events[0].Attributes...)
	if got := set.Encoded(attribute.DefaultEncoder()); got != "n=1,value=full" {
		t.Errorf("event with %s", got)
	}
	if dropped := r.Stats().MetricsDropped; dropped != 1 {
		t.Errorf("%d dropped, want that without a span", dropped)
	}
}

func TestExemplars(t *testing.T) {
	provider := sdktrace.NewTracerProvider()
	r := newMetering(Options{TracerProvider: provider})
	telemetry := runtimetest.New(r)
	ctx, scope := telemetry.Start(context.Background(), "a")
	id := r.enclosing(ctx).span.SpanContext().SpanID()
	telemetry.Count(ctx, "c", 1)
	scope.End()
	metrics := r.collect(t)
	for name, exemplars := range map[string][][]byte{
		DurationMetric: spanIDs(metrics[DurationMetric].Data.(metricdata.Histogram[float64]).DataPoints[0].Exemplars),
		"c":            spanIDs(metrics["c"].Data.(metricdata.Sum[int64]).DataPoints[0].Exemplars),
	} {
		if len(exemplars) != 1 || string(exemplars[0]) != string(id[:]) {
			t.Errorf("%s has exemplars %x, want %s", name, exemplars, id)
		}
	}
}

func spanIDs[N int64 | float64](exemplars []metricdata.Exemplar[N]) (ids [][]byte) {
	for _, e := range exemplars {
		ids = append(ids, e.SpanID)
	}
	return ids
}

// TestSameName has a counter, a gauge and another metric of one name.
func TestSameName(t *testing.T) {
	r := newMetering(Options{})
	telemetry := runtimetest.New(r)
	telemetry.Count(context.Background(), "same", 1)
	telemetry.Gauge(context.Background(), "same", 2.5) //nolint:teleinstr // what this is about
	telemetry.Metric(context.Background(), "same", 3)  //nolint:teleinstr // likewise
	var all metricdata.ResourceMetrics
	if err := r.reader.Collect(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all.ScopeMetrics[0].Metrics {
		got = append(got, fmt.Sprintf("%T %s", m.Data, points(t, m)))
	}
	if s := strings.Join(got, "; "); s != "metricdata.Sum[int64] {} 1; metricdata.Gauge[float64] {} 2.5; metricdata.Histogram[float64] {} 1" {
		t.Error(s)
	}
}

// TestAttributePanics wants a span to end whatever Options.MetricAttribute does.
func TestAttributePanics(t *testing.T) {
	logger := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(logger)
	r := newTracing()
	r.Reporter = New(&Options{TracerProvider: r.provider, MetricAttribute: func(string) bool { panic("no") }})
	_, scope := runtimetest.New(r.Reporter).Start(context.Background(), "a", slog.Int("n", 1))
	scope.End()
	r.span(t, "a")
}

// TestConcurrentNames has many goroutines come with the same new names.
func TestConcurrentNames(t *testing.T) {
	r := newMetering(Options{})
	telemetry := runtimetest.New(r)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for i := range 50 {
				ctx, scope := telemetry.Start(context.Background(), fmt.Sprintf("s%d", i))
				telemetry.Count(ctx, "c", 1)
				scope.End()
			}
		})
	}
	workers.Wait()
	total := int64(0)
	for _, p := range r.collect(t)["c"].Data.(metricdata.Sum[int64]).DataPoints {
		if p.Value != 8 {
			t.Errorf("%v counted %d times, want 8", p.Attributes, p.Value)
		}
		total += p.Value
	}
	if total != 400 {
		t.Errorf("%d counted, want 400", total)
	}
}
