package teleotel

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// SetupOptions say what Setup does beyond what the environment tells it. The zero SetupOptions are ready for use.
type SetupOptions struct {
	// ServiceName is the service.name where the environment has none. If it is empty, the name of the program's file is.
	ServiceName string
	// MetricAttribute and MaxNames are those of [Options].
	MetricAttribute func(key string) bool
	MaxNames        int
	// Reporters receive the events too, before the Pipeline.
	Reporters []tele.Reporter
}

// A Pipeline is a Reporter with what takes its spans and metrics to a collector. A nil Pipeline does nothing.
type Pipeline struct {
	*Reporter
	account  *account
	tracing  *sdktrace.TracerProvider
	batches  sdktrace.SpanProcessor // nil without exporter
	metering *sdkmetric.MeterProvider
	// down is held while the first Shutdown is at work.
	down sync.Mutex
	done bool
}

// Setup makes a Pipeline, and makes it that of the process: it is the reporter of [tele.Default], and its providers are the global ones of
// OpenTelemetry, so that other instrumentation uses them. The global propagator becomes that of W3C's trace context and baggage, or what
// OTEL_PROPAGATORS says.
//
// If the process was not started with telemetry on, or with OTEL_SDK_DISABLED=true, there is no Pipeline: Setup sets nothing of OpenTelemetry up and
// returns nil. It returns an error, having set up nothing, if a variable asks for something that is not to be had here. It does
// not wait for a collector, and none need be there.
//
// These variables are heeded; those for one signal (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, …_METRICS_…) come before those for all.
//
//	OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES     who reports
//	OTEL_EXPORTER_OTLP_ENDPOINT                     http://localhost:4318, or :4317 for grpc
//	OTEL_EXPORTER_OTLP_PROTOCOL                     http/protobuf (the default) or grpc
//	OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, …         see the exporters of OpenTelemetry
//	OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER     otlp (the default) or none
//	OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG    parentbased_always_on
//	OTEL_BSP_MAX_QUEUE_SIZE                         spans that may wait, 2048
//	OTEL_BSP_MAX_EXPORT_BATCH_SIZE                  spans sent at a time, 512
//	OTEL_BSP_SCHEDULE_DELAY                         milliseconds until fewer are sent, 5000
//	OTEL_METRIC_EXPORT_INTERVAL                     milliseconds between exports of metrics, 60000
//	OTEL_PROPAGATORS                                of tracecontext, baggage; or none
//	OTEL_SDK_DISABLED                               true
func Setup(ctx context.Context, options *SetupOptions) (*Pipeline, error) {
	o := SetupOptions{}
	if options != nil {
		o = *options
	}
	if !tele.Requested() {
		return nil, nil
	}
	env := environment{os.Getenv}
	if strings.EqualFold(env.get("OTEL_SDK_DISABLED"), "true") {
		tele.SetDefault(tele.New(o.Reporters...))
		return nil, nil
	}
	propagator, err := env.propagator()
	if err != nil {
		return nil, err
	}
	p, err := newPipeline(ctx, env, o)
	if err != nil {
		return nil, err
	}
	otel.SetTracerProvider(p.tracing)
	otel.SetMeterProvider(p.metering)
	otel.SetTextMapPropagator(propagator)
	tele.SetDefault(tele.New(append(o.Reporters[:len(o.Reporters):len(o.Reporters)], p)...))
	return p, nil
}

func newPipeline(ctx context.Context, env environment, o SetupOptions) (*Pipeline, error) {
	origin, err := env.resource(ctx, o.ServiceName)
	if err != nil {
		return nil, err
	}
	queue, err := env.positive("OTEL_BSP_MAX_QUEUE_SIZE", sdktrace.DefaultMaxQueueSize)
	if err != nil {
		return nil, err
	}
	spans, err := env.spanExporter(ctx)
	if err != nil {
		return nil, err
	}
	metrics, err := env.metricExporter(ctx)
	if err != nil {
		if spans != nil {
			err = errors.Join(err, spans.Shutdown(ctx))
		}
		return nil, err
	}
	p := &Pipeline{account: &account{limit: int64(queue)}}
	p.connect(origin, spans, metrics, queue)
	p.Reporter = New(&Options{TracerProvider: p.tracing, MeterProvider: p.metering, MetricAttribute: o.MetricAttribute, MaxNames: o.MaxNames})
	return p, p.observe()
}

// flushSlots are the places in the queue of the batch processor beyond those for spans, as each ForceFlush under way takes one.
const flushSlots = 64

// connect makes the providers for exporters, which may be nil.
func (p *Pipeline) connect(origin *resource.Resource, spans sdktrace.SpanExporter, metrics sdkmetric.Exporter, queue int) {
	tracing := []sdktrace.TracerProviderOption{sdktrace.WithResource(origin)}
	if spans != nil {
		p.batches = sdktrace.NewBatchSpanProcessor(countingExporter{spans, p.account}, sdktrace.WithMaxQueueSize(queue+flushSlots))
		tracing = append(tracing, sdktrace.WithSpanProcessor(countingProcessor{p.batches, p.account}))
	}
	p.tracing = sdktrace.NewTracerProvider(tracing...)
	metering := []sdkmetric.Option{sdkmetric.WithResource(origin)}
	if metrics != nil {
		reader := sdkmetric.NewPeriodicReader(countingMetricExporter{metrics, p.account})
		metering = append(metering, sdkmetric.WithReader(reader))
	}
	p.metering = sdkmetric.NewMeterProvider(metering...)
}

// observe makes metrics of the counts.
func (p *Pipeline) observe() error {
	meter := p.metering.Meter(library)
	spans, err := meter.Int64ObservableCounter("tele.otel.spans", metric.WithUnit("{span}"),
		metric.WithDescription("Spans that have ended, by what has become of them."))
	if err != nil {
		return err
	}
	dropped, err := meter.Int64ObservableCounter("tele.otel.metrics.dropped", metric.WithUnit("{event}"),
		metric.WithDescription("Metric events that no instrument has taken."))
	if err != nil {
		return err
	}
	fate := func(name string) metric.MeasurementOption {
		return metric.WithAttributeSet(attribute.NewSet(attribute.String("tele.fate", name)))
	}
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		s := p.Stats()
		o.ObserveInt64(spans, s.Spans.Exported, fate("exported"))
		o.ObserveInt64(spans, s.Spans.Failed, fate("failed"))
		o.ObserveInt64(spans, s.Spans.Dropped, fate("dropped"))
		o.ObserveInt64(dropped, s.MetricsDropped)
		return nil
	}, spans, dropped)
	return err
}

// Stats returns the counts so far.
func (p *Pipeline) Stats() Stats {
	if p == nil {
		return Stats{}
	}
	s := p.Reporter.Stats()
	s.Spans = p.account.stats()
	s.MetricExportsFailed = p.account.metricsFailed.Load()
	return s
}

// Flush sends what waits, and returns when that is done or ctx is.
func (p *Pipeline) Flush(ctx context.Context) error {
	if p == nil {
		return nil
	}
	return errors.Join(p.tracing.ForceFlush(ctx), p.metering.ForceFlush(ctx))
}

// Shutdown sends what waits and stops. A program that ends without it loses what waits, uncounted. Spans that end from then on are dropped, and so are those that still wait when ctx is done. If
// any were lost since the start, that is logged. A further call does nothing.
func (p *Pipeline) Shutdown(ctx context.Context) error {
	if p == nil {
		return nil
	}
	p.down.Lock()
	defer p.down.Unlock()
	if p.done {
		return nil
	}
	p.done = true
	var err error
	if p.batches != nil {
		err = p.batches.Shutdown(ctx) // and not the provider, whose spans would no longer be counted
	}
	p.account.closed.Store(true)
	err = errors.Join(err, p.metering.Shutdown(ctx)) // with the last counts
	s := p.Stats()
	if s.Spans.Dropped+s.Spans.Failed+s.MetricsDropped > 0 {
		slog.LogAttrs(ctx, slog.LevelWarn, "telemetry: not everything was exported",
			slog.Int64("spans_ended", s.Spans.Ended), slog.Int64("spans_exported", s.Spans.Exported),
			slog.Int64("spans_dropped", s.Spans.Dropped), slog.Int64("spans_failed", s.Spans.Failed),
			slog.Int64("metrics_dropped", s.MetricsDropped))
	}
	return err
}

func (e environment) resource(ctx context.Context, service string) (*resource.Resource, error) {
	if service == "" {
		if program, err := os.Executable(); err == nil {
			service = filepath.Base(program)
		}
	}
	return resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName(validText(service))),
		resource.WithTelemetrySDK(), resource.WithHost(), resource.WithFromEnv())
}

func (e environment) propagator() (propagation.TextMapPropagator, error) {
	var all []propagation.TextMapPropagator
	for _, name := range e.list("OTEL_PROPAGATORS", "tracecontext,baggage") {
		switch name {
		case "tracecontext":
			all = append(all, propagation.TraceContext{})
		case "baggage":
			all = append(all, propagation.Baggage{})
		case "none":
		default:
			return nil, unsupported("OTEL_PROPAGATORS", name, "tracecontext, baggage or none")
		}
	}
	return propagation.NewCompositeTextMapPropagator(all...), nil
}
