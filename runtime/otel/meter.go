package teleotel

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// DurationMetric is the name of the histogram of the durations of scopes.
const DurationMetric = "tele.scope.duration"

// DurationBounds returns the bounds of the buckets of [DurationMetric], in seconds, which the instrument advises: an
// annotated function may take microseconds, and a job minutes. The default ones of OpenTelemetry begin at 5.
func DurationBounds() []float64 {
	return []float64{
		0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
		0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
	}
}

// valueBounds are those of the histograms of metrics, of which nothing is known.
var valueBounds = []float64{0, 0.001, 0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// A meter makes measurements.
type meter struct {
	to          metric.Meter
	wanted      func(key string) bool // user's attributes, nil for none
	duration    metric.Float64Histogram
	series      cache[seriesKey, series]
	instruments cache[instrumentKey, *instrument]
	dropped     atomic.Int64
	negative    atomic.Bool // whether a negative increment has been logged
}

// A seriesKey tells apart what metrics events belong to.
type seriesKey struct {
	placeKey
	kind string // as metric_type has it
}

// A series is what the events of a metric have in common. Its instrument is nil if there are too many.
type series struct {
	*instrument
	set    attribute.Set
	add    []metric.AddOption    // set
	record []metric.RecordOption // set
}

type instrumentKey struct{ name, kind string }

// An instrument is one of these.
type instrument struct {
	counter   metric.Int64Counter
	gauge     metric.Float64Gauge
	histogram metric.Float64Histogram
}

func (m *meter) init(o Options) {
	m.to = o.MeterProvider.Meter(library)
	m.wanted = o.MetricAttribute
	m.series.max = o.MaxNames
	m.instruments.max = o.MaxNames
	var err error
	m.duration, err = m.to.Float64Histogram(DurationMetric, metric.WithUnit("s"),
		metric.WithDescription("Duration of scopes."), metric.WithExplicitBucketBoundaries(DurationBounds()...))
	handle(err)
}

func handle(err error) {
	if err != nil {
		otel.Handle(err)
	}
}

// scopeSet returns the attributes of what belongs to a scope.
func scopeSet(scope string, kept bool) attribute.Set {
	switch {
	case !kept:
		return attribute.NewSet(overflowKey.Bool(true))
	case scope == "":
		return attribute.NewSet()
	}
	return attribute.NewSet(scopeKey.String(validText(scope)))
}

func (m *meter) recordDuration(ctx context.Context, p *place, d time.Duration, f failure, attrs []slog.Attr) {
	if f.kind == "" && m.wanted == nil {
		m.duration.Record(ctx, d.Seconds(), p.measure...)
		return
	}
	all := m.withUser(p.set, attrs)
	if f.kind != "" {
		all = append(all, errorTypeKey.String(f.kind))
	}
	m.duration.Record(ctx, d.Seconds(), metric.WithAttributes(all...))
}

// withUser returns the attributes of the set and those of the user's that go on metrics.
func (m *meter) withUser(set attribute.Set, attrs []slog.Attr) []attribute.KeyValue {
	all := append(make([]attribute.KeyValue, 0, 8), set.ToSlice()...)
	if m.wanted != nil {
		all = appendAttributes(all, "", attrs, m.wanted)
	}
	return all
}

func (m *meter) record(ctx context.Context, path string, value slog.Value, metadata tele.Metadata) {
	number, numeric := asNumber(value.Resolve())
	if !numeric {
		m.recordText(ctx, path, value, metadata)
		return
	}
	kind := metadata.MetricType()
	if kind == "counter" && value.Int64() < 0 {
		m.dropped.Add(1)
		if m.negative.CompareAndSwap(false, true) {
			handle(fmt.Errorf("%s: increment %d is negative, and dropped; a gauge goes down", path, value.Int64()))
		}
		return
	}
	s := m.seriesOf(path, kind, metadata)
	if s.instrument == nil {
		m.dropped.Add(1)
		return
	}
	add, record := s.add, s.record
	if attrs := metadata.Attrs(); m.wanted != nil && len(attrs) > 0 {
		set := metric.WithAttributes(m.withUser(s.set, attrs)...)
		add, record = []metric.AddOption{set}, []metric.RecordOption{set}
	}
	switch {
	case s.counter != nil:
		s.counter.Add(ctx, value.Int64(), add...)
	case s.gauge != nil:
		s.gauge.Record(ctx, number, record...)
	default:
		s.histogram.Record(ctx, number, record...)
	}
}

// recordText makes a value that is no number an event of the span in ctx.
func (m *meter) recordText(ctx context.Context, path string, value slog.Value, metadata tele.Metadata) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		m.dropped.Add(1)
		return
	}
	attrs := append([]slog.Attr{{Key: "value", Value: value}}, metadata.Attrs()...)
	span.AddEvent(validText(ownName(path, metadata.ParentScope())), trace.WithAttributes(withSpanAttributes(nil, attrs)...))
}

func (m *meter) seriesOf(path, kind string, metadata tele.Metadata) series {
	parent := metadata.ParentScope()
	key := seriesKey{placeKey{path, len(parent)}, kind}
	return m.series.get(key, func(kept bool) series {
		s := series{instrument: m.instrument(instrumentName(ownName(path, parent)), kind), set: scopeSet(parent, kept)}
		option := metric.WithAttributeSet(s.set)
		s.add, s.record = []metric.AddOption{option}, []metric.RecordOption{option}
		return s
	})
}

func (m *meter) instrument(name, kind string) *instrument {
	return m.instruments.get(instrumentKey{name, kind}, func(kept bool) *instrument {
		if !kept {
			return nil
		}
		i := new(instrument)
		var err error
		switch kind {
		case "counter":
			i.counter, err = m.to.Int64Counter(name)
		case "gauge":
			i.gauge, err = m.to.Float64Gauge(name)
		default:
			i.histogram, err = m.to.Float64Histogram(name, metric.WithExplicitBucketBoundaries(valueBounds...))
		}
		handle(err)
		return i
	})
}

// instrumentName returns the name of a metric in the form that OpenTelemetry wants. Names of the strict form have it.
func instrumentName(name string) string {
	isLetter := func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' && r < 0x80 }
	name = strings.Map(func(r rune) rune {
		if isLetter(r) || '0' <= r && r <= '9' || strings.ContainsRune("_.-/", r) {
			return r
		}
		return '_'
	}, name)
	if name == "" || !isLetter(rune(name[0])) {
		name = "m" + name
	}
	return name[:min(len(name), 255)]
}

func asNumber(v slog.Value) (number float64, ok bool) {
	switch v.Kind() {
	case slog.KindInt64:
		return float64(v.Int64()), true
	case slog.KindUint64:
		return float64(v.Uint64()), true
	case slog.KindFloat64:
		return v.Float64(), true
	case slog.KindDuration:
		return v.Duration().Seconds(), true
	default:
		return 0, false
	}
}
