package tele

import (
	"context"
	"log/slog"
	"math/rand/v2"
)

// Metric reports a value under the name below the scope of ctx. Reporters get it as [slog.AnyValue].
//
// Unlike the numbers of Count and Gauge, value is made an interface by the caller, which may allocate
// even while telemetry is off.
func (t *Telemetry) Metric(ctx context.Context, name string, value any, attrs ...slog.Attr) {
	if t.Enabled() {
		recordAny(ctx, t, name, value, attrs)
	}
}

// Count reports that a counter went up by the increment.
func (t *Telemetry) Count(ctx context.Context, name string, increment int64, attrs ...slog.Attr) {
	if t.Enabled() {
		recordCount(ctx, t, name, increment, attrs)
	}
}

// Gauge reports the present value of something that goes up and down.
func (t *Telemetry) Gauge(ctx context.Context, name string, value float64, attrs ...slog.Attr) {
	if t.Enabled() {
		recordGauge(ctx, t, name, value, attrs)
	}
}

// Metric is [Telemetry.Metric] of the Telemetry that ctx carries; see [FromContext].
func Metric(ctx context.Context, name string, value any, attrs ...slog.Attr) {
	if Enabled() {
		recordAny(ctx, nil, name, value, attrs)
	}
}

// Count is [Telemetry.Count] of the Telemetry that ctx carries; see [FromContext].
func Count(ctx context.Context, name string, increment int64, attrs ...slog.Attr) {
	if Enabled() {
		recordCount(ctx, nil, name, increment, attrs)
	}
}

// Gauge is [Telemetry.Gauge] of the Telemetry that ctx carries; see [FromContext].
func Gauge(ctx context.Context, name string, value float64, attrs ...slog.Attr) {
	if Enabled() {
		recordGauge(ctx, nil, name, value, attrs)
	}
}

//go:noinline
func recordAny(ctx context.Context, t *Telemetry, name string, value any, attrs []slog.Attr) {
	record(ctx, t, metric, name, slog.AnyValue(value), attrs)
}

//go:noinline
func recordCount(ctx context.Context, t *Telemetry, name string, increment int64, attrs []slog.Attr) {
	record(ctx, t, counter, name, slog.Int64Value(increment), attrs)
}

//go:noinline
func recordGauge(ctx context.Context, t *Telemetry, name string, value float64, attrs []slog.Attr) {
	record(ctx, t, gauge, name, slog.Float64Value(value), attrs)
}

func record(ctx context.Context, t *Telemetry, k kind, name string, value slog.Value, attrs []slog.Attr) {
	base, at := locate(ctx, t)
	if at == nil {
		return
	}
	n := at.child(name, k)
	if n == nil {
		return
	}
	m := Metadata{node: n}
	if len(attrs) > 0 || n.t.contextual {
		m.extra = newExtra(len(attrs))
		m.extra.attrs = append(m.extra.attrs, attrs...)
	}
	if n.t.contextual {
		m.extra.ctx = base
	}
	if rand.Uint32()%eventsPerCheck == 0 {
		n.t.checkRecursion()
	}
	if n.t.stopped.Load() {
		return
	}
	n.t.recordMetric(0, value, &m)
}
