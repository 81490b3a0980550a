package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

type noReporter struct{}

func (noReporter) RecordTiming(string, time.Duration, tele.Metadata) {}
func (noReporter) RecordMetric(string, slog.Value, tele.Metadata)    {}

type panickingReporter struct{ noReporter }

func (panickingReporter) RecordTiming(string, time.Duration, tele.Metadata) { panic("reporter") }

func clock(n int) {
	for range n {
		start := time.Now()
		runtime.KeepAlive(time.Since(start))
	}
}

// scopes starts and ends scopes in ctx.
func scopes(ctx context.Context, attrs ...slog.Attr) func(n int) {
	return func(n int) {
		for range n {
			_, s := tele.Start(ctx, "sum", attrs...)
			s.End()
		}
	}
}

// nested starts scopes one inside the other, up to the depth, and ends them.
func nested(ctx context.Context, depth int) func(n int) {
	started := make([]tele.Scope, depth)
	return func(n int) {
		for range n {
			ctx := ctx
			for i := range started {
				ctx, started[i] = tele.Start(ctx, "sum")
			}
			for i := range started {
				started[depth-1-i].End()
			}
		}
	}
}

// parallel divides the operations of run among goroutines.
func parallel(goroutines int, run func(n int)) func(n int) {
	return func(n int) {
		var workers sync.WaitGroup
		for range goroutines {
			workers.Go(func() { run(n / goroutines) })
		}
		workers.Wait()
	}
}

func someAttrs(n int) (attrs []slog.Attr) {
	for range n {
		attrs = append(attrs, slog.Int("key", n))
	}
	return attrs
}

// inScope returns the context of a scope among many others, reported to the reporters, as a program of some
// size has it.
//
//nolint:teleinstr // they go on as long as the program
func inScope(reporters ...tele.Reporter) context.Context {
	telemetry := runtimetest.New(reporters...)
	for i := range 200 {
		ctx, _ := telemetry.Start(context.Background(), "other"+string(rune('a'+i)))
		telemetry.Start(ctx, "inner")
	}
	ctx, _ := telemetry.Start(context.Background(), "request")
	return ctx
}

// key is that of a value in a context.
type key struct{}

const (
	clockPair = "time.Now and time.Since"
	scopeOn   = "scope, one level deep"

	behindTen     = "value of the user's, behind 10 scopes"
	behindHundred = "value of the user's, behind 100 scopes"
)

// onPhase is measured with telemetry enabled.
func onPhase() phase {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	ctx := inScope(noReporter{})
	derived := context.WithValue(ctx, key{}, "user")
	one := &budget{"1.6x, 1 alloc, 96 B", func(r *result) bool {
		ratio, _ := median(r.ratios())
		allocs, _ := median(r.allocs)
		bytes, _ := median(r.bytes)
		return ratio <= 1.6 && allocs < 1.01 && bytes < 96.5
	}}
	deep := ctx
	//nolint:teleinstr // as deep as can be
	for range 100 {
		deep, _ = tele.Start(deep, "deeper")
	}
	fail := errors.New("fail")
	on := func(name string, run func(n int)) subject { return subject{name: name, run: run, yardstick: clockPair} }
	subjects := []subject{
		{name: clockPair, run: clock},
		{name: scopeOn, run: scopes(ctx), yardstick: clockPair, budget: one},
		{name: "scope, 100 levels deep", run: scopes(deep), yardstick: clockPair, budget: one},
		on("scope, context derived from a scope's", scopes(derived)),
		{name: "scopes nested 10, each", run: nested(ctx, 10), per: 10, yardstick: clockPair},
		{name: "scopes nested 100, each", run: nested(ctx, 100), per: 100, yardstick: clockPair},
		on("scope, 3 attributes", scopes(ctx, someAttrs(3)...)),
		on("scope, 10 attributes", scopes(ctx, someAttrs(10)...)),
		on("scope, error", func(n int) {
			for range n {
				_, s := tele.Start(ctx, "sum")
				s.EndErr(&fail)
			}
		}),
		on("scope and counter", func(n int) {
			for range n {
				ctx, s := tele.Start(ctx, "sum")
				tele.Count(ctx, "n", 1)
				s.End()
			}
		}),
		on("counter", func(n int) {
			for range n {
				tele.Count(ctx, "n", 1)
			}
		}),
		on("scope, 4 reporters", scopes(inScope(noReporter{}, noReporter{}, noReporter{}, noReporter{}))),
		on("scope, 4 reporters, one panics", scopes(inScope(noReporter{}, panickingReporter{}, noReporter{}, noReporter{}))),
		on("scope, in-memory reporter", scopes(inScope(simple.New(nil)))),
		on("scope, outcome told", scopes(tele.NewContext(context.Background(), tele.FromContext(ctx).WithOutcome()))),
		on("function, scope", calls(ctx, withScope)),
		on("function, scope with attribute and error", calls(ctx, withError)),
		on("function, scope with results", calls(ctx, withResults)),
		{
			name: "scope, 2 goroutines", run: parallel(2, scopes(ctx)), long: 8, yardstick: scopeOn,
			budget: &budget{"1/1.8x", func(r *result) bool {
				ratio, _ := median(r.ratios())
				return ratio <= 1/1.8
			}},
		},
		{name: "scope, 8 goroutines", run: parallel(8, scopes(ctx)), long: 8, yardstick: scopeOn},
		{name: clockPair + ", 2 goroutines", run: parallel(2, clock), long: 8, yardstick: clockPair},
		{name: "span, a value in its context", run: values, yardstick: scopeOn},
		{name: behindTen, run: behindScopes(ctx, 10)},
		{name: "value of the user's, behind 10 spans", run: behindSpans(10), yardstick: behindTen},
		{name: behindHundred, run: behindScopes(ctx, 100)},
		{name: "value of the user's, behind 100 spans", run: behindSpans(100), yardstick: behindHundred},
		{name: "OpenTelemetry, SDK, no-op processor", run: spans(sdkTracer()), yardstick: scopeOn, budget: timesSlower(6, "6x")},
		{name: "OpenTelemetry, SDK, never sampling", run: spans(sdkTracer(sdktrace.WithSampler(sdktrace.NeverSample()))), yardstick: scopeOn},
		{name: "tally timer", run: tallyTimer(), yardstick: scopeOn},
		{name: "Prometheus timer", run: prometheusTimer(), yardstick: scopeOn},
		{name: "slog, duration logged to nowhere", run: slogRecords(), yardstick: scopeOn},
	}
	return phase{name: "telemetry on", subjects: subjects}
}

// tracePhase is measured while runtime/trace records.
func tracePhase() phase {
	return phase{name: "runtime/trace on", start: startTrace, subjects: []subject{
		{name: scopeOn, run: scopes(inScope(noReporter{}))},
		{name: "runtime/trace region", run: regions, yardstick: scopeOn},
	}}
}
