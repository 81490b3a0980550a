package main

import (
	"context"
	"io"
	"log/slog"
	"runtime/trace"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/uber-go/tally/v4"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// spans does what a scope does by OpenTelemetry.
func spans(tracer oteltrace.Tracer) func(n int) {
	ctx := context.Background()
	return func(n int) {
		for range n {
			_, span := tracer.Start(ctx, "sum")
			span.End()
		}
	}
}

// noProcessor does nothing with spans, as noReporter does with events.
type noProcessor struct{}

func (noProcessor) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (noProcessor) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (noProcessor) Shutdown(context.Context) error                  { return nil }
func (noProcessor) ForceFlush(context.Context) error                { return nil }

func sdkTracer(options ...sdktrace.TracerProviderOption) oteltrace.Tracer {
	options = append(options, sdktrace.WithSpanProcessor(noProcessor{}))
	return sdktrace.NewTracerProvider(options...).Tracer("bench")
}

func regions(n int) {
	ctx := context.Background()
	for range n {
		trace.StartRegion(ctx, "sum").End()
	}
}

// startTrace makes runtime/trace record, to nowhere.
func startTrace() (stop func()) {
	if err := trace.Start(io.Discard); err != nil {
		panic(err)
	}
	return trace.Stop
}

func tallyTimer() func(n int) {
	scope, _ := tally.NewRootScope(tally.ScopeOptions{Reporter: tally.NullStatsReporter}, 0)
	timer := scope.Timer("sum")
	return func(n int) {
		for range n {
			timer.Start().Stop()
		}
	}
}

func prometheusTimer() func(n int) {
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "sum"})
	return func(n int) {
		for range n {
			prometheus.NewTimer(histogram).ObserveDuration()
		}
	}
}

// slogRecords logs a duration, the way of those who time by hand. Nothing is written.
func slogRecords() func(n int) {
	ctx := context.Background()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	return func(n int) {
		for range n {
			start := time.Now()
			logger.LogAttrs(ctx, slog.LevelInfo, "sum", slog.Duration("took", time.Since(start)))
		}
	}
}
