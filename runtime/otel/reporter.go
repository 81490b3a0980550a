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

// library is the name of this instrumentation.
const library = "github.com/teleinstr/teleinstr/runtime/otel"

// Options say where a Reporter reports to. The zero Options are ready for use.
type Options struct {
	// TracerProvider makes the spans. If it is nil, the global one does, even if that is set later.
	TracerProvider trace.TracerProvider
	// MeterProvider makes the instruments. If it is nil, the global one does, even if that is set later.
	MeterProvider metric.MeterProvider
	// MetricAttribute reports whether the user's attribute with the key, in which the names of groups are joined by dots, is to be on
	// metrics. If it is nil, none is. It is called by many goroutines at a time.
	MetricAttribute func(key string) bool
	// MaxNames is the number of different scopes that metrics tell apart, and of different instruments, 1000 each if it is
	// zero. Further scopes share the attribute otel.metric.overflow, further instruments are dropped.
	MaxNames int
}

// A Reporter makes spans and measurements of events. There should be one in a Telemetry, as a second one would find the
// spans of the first in the contexts.
type Reporter struct {
	tracer    trace.Tracer
	places    cache[placeKey, *place]
	meter     meter
	scopes    atomic.Int64
	unsampled atomic.Int64
}

var _ tele.ContextReporter = (*Reporter)(nil)

// New returns a Reporter. Nil options stand for the zero Options.
func New(options *Options) *Reporter {
	o := Options{}
	if options != nil {
		o = *options
	}
	if o.TracerProvider == nil {
		o.TracerProvider = otel.GetTracerProvider()
	}
	if o.MeterProvider == nil {
		o.MeterProvider = otel.GetMeterProvider()
	}
	if o.MaxNames <= 0 {
		o.MaxNames = 1000
	}
	r := &Reporter{tracer: o.TracerProvider.Tracer(library)}
	r.places.max = o.MaxNames
	r.meter.init(o)
	return r
}

// A live is what the context of a scope holds: its span.
type live struct {
	context.Context
	reporter *Reporter
	span     trace.Span
	// scope and start tell whose span it is.
	scope string
	start time.Duration
	attrs int // number of attributes that the span has started with
}

type liveKey struct{ *Reporter }

// Value gives contexts derived from l the way back to it.
func (l *live) Value(key any) any {
	if k, ok := key.(liveKey); ok && k.Reporter == l.reporter {
		return l
	}
	return l.Context.Value(key)
}

// String is for where a context is printed.
func (l *live) String() string { return fmt.Sprintf("%v.span", l.Context) }

// enclosing returns what the innermost scope in ctx holds, nil if there is none.
func (r *Reporter) enclosing(ctx context.Context) *live {
	if l, ok := ctx.(*live); ok && l.reporter == r {
		return l
	}
	l, _ := ctx.Value(liveKey{r}).(*live)
	return l
}

// StartScope implements [tele.ContextReporter]. It starts the span.
func (r *Reporter) StartScope(ctx context.Context, scope string, metadata tele.Metadata) context.Context {
	isRoot := metadata.ParentScope() == "" && r.enclosing(ctx) != nil
	return r.start(ctx, scope, metadata, isRoot)
}

func (r *Reporter) start(ctx context.Context, scope string, metadata tele.Metadata, isRoot bool) *live {
	p := r.place(scope, metadata)
	l := &live{reporter: r, scope: scope, start: metadata.StartMonotonic()}
	options := append(make([]trace.SpanStartOption, 0, 4), p.start, trace.WithTimestamp(metadata.StartWallTime()))
	if attrs := metadata.Attrs(); len(attrs) > 0 {
		options[0] = trace.WithAttributes(withSpanAttributes(p.attrs, attrs)...) // at once, so that samplers see them
		l.attrs = len(attrs)
	}
	if isRoot {
		link := trace.Link{SpanContext: trace.SpanContextFromContext(ctx)}
		options = append(options, trace.WithNewRoot(), trace.WithLinks(link))
	}
	l.Context, l.span = r.tracer.Start(ctx, p.name, options...)
	return l
}

// spanOf returns the span of a scope that ends. It starts one if there is none, as where the reporter was not told of the start.
func (r *Reporter) spanOf(scope string, metadata tele.Metadata) *live {
	ctx := metadata.Context()
	l := r.enclosing(ctx)
	if l != nil && l.scope == scope && l.start == metadata.StartMonotonic() {
		return l
	}
	return r.start(ctx, scope, metadata, false)
}

// RecordTiming implements [tele.Reporter]. It ends the span.
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	l := r.spanOf(scope, metadata)
	failure := failureOf(metadata)
	if l.span.IsRecording() {
		if more := metadata.Attrs()[l.attrs:]; len(more) > 0 {
			l.span.SetAttributes(withSpanAttributes(nil, more)...)
		}
		failure.writeTo(l.span, metadata.EndWallTime())
	}
	r.scopes.Add(1)
	if !l.span.SpanContext().IsSampled() {
		r.unsampled.Add(1)
	}
	l.span.End(trace.WithTimestamp(metadata.EndWallTime()))
	r.meter.recordDuration(l, r.place(scope, metadata), duration, failure, metadata.Attrs())
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	r.meter.record(metadata.Context(), scope, value, metadata)
}

// Stats returns the counts so far. Those of spans are zero but for the Reporter of a [Pipeline].
func (r *Reporter) Stats() Stats {
	unsampled := r.unsampled.Load() // first, so that it is not more than scopes
	return Stats{Scopes: r.scopes.Load(), Unsampled: unsampled, MetricsDropped: r.meter.dropped.Load()}
}

// A placeKey tells the places of scopes apart: a.b.c may be c in a.b and b.c in a.
type placeKey struct {
	path   string
	parent int // length of the parent's path
}

// A place is what the events of a scope have in common.
type place struct {
	name  string
	attrs []attribute.KeyValue
	start trace.SpanStartOption // attrs
	// set is that of tele.scope, and of otel.metric.overflow for places that there is no room for.
	set     attribute.Set
	measure []metric.RecordOption // set
}

func (r *Reporter) place(scope string, metadata tele.Metadata) *place {
	key := placeKey{scope, len(metadata.ParentScope())}
	return r.places.get(key, func(kept bool) *place {
		p := &place{name: validText(ownName(scope, metadata.ParentScope())), set: scopeSet(scope, kept)}
		p.attrs = []attribute.KeyValue{
			scopeKey.String(validText(scope)),
			attribute.Int("depth", metadata.Depth()),
			attribute.Int("call_count", metadata.CallCount()),
		}
		if parent := metadata.ParentScope(); parent != "" {
			p.attrs = append(p.attrs, attribute.String("parent_scope", validText(parent)))
		}
		p.start = trace.WithAttributes(p.attrs...)
		p.measure = []metric.RecordOption{metric.WithAttributeSet(p.set)}
		return p
	})
}

// ownName returns the path without that of the parent.
func ownName(path, parent string) string {
	if name, ok := strings.CutPrefix(path, parent); ok && parent != "" {
		if name, ok = strings.CutPrefix(name, "."); ok && name != "" {
			return name
		}
	}
	return path
}
