package main

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace/noop"

	tele "github.com/teleinstr/teleinstr/runtime"
)

var numbers = []int{3, 1, 4, 1}

// bare is the function that is annotated below. Annotated functions are not inlined, as they defer a call,
// so that it is compared without being inlined.
//
//go:noinline
func bare(ctx context.Context, items []int) (sum int, err error) {
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

//go:noinline
func annotated(ctx context.Context, items []int) (sum int, err error) {
	if tele.Compiled && tele.Enabled() {
		var scope tele.Scope
		ctx, scope = tele.Start(ctx, "sum")
		defer scope.End()
	}
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

//go:noinline
func annotatedUnused(ctx context.Context, items []int) (sum int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "sum", tele.Int("n", len(items)))
		defer scope.EndErr(&err)
	}
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

//go:noinline
func annotatedResults(ctx context.Context, items []int) (sum int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "sum")
		defer func() { scope.EndErr(&err, tele.Int("sum", sum)) }()
	}
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

//go:noinline
func annotatedMetric(ctx context.Context, items []int) (sum int, err error) {
	if tele.Compiled && tele.Enabled() {
		tele.Count(ctx, "sums", int64(len(items)), tele.String("k", "v"))
	}
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

//go:noinline
func handWritten(ctx context.Context, items []int) (sum int, err error) {
	_, scope := tele.Start(ctx, "sum", slog.Int("n", len(items)))
	for _, n := range items {
		sum += n
	}
	scope.End()
	return sum, nil
}

// inlined has no directive, and so vanishes into its caller.
func inlined(ctx context.Context, items []int) (sum int, err error) {
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

// result of the calls, so that they are made.
var total int

func calls(f func(context.Context, []int) (int, error)) func(n int) {
	ctx := context.Background()
	return func(n int) {
		for range n {
			sum, _ := f(ctx, numbers)
			total += sum
		}
	}
}

func vanishes() *budget {
	return &budget{"+0.5 ns, 0 allocs", func(r *result) bool {
		more, _ := median(r.differences())
		allocs, _ := median(r.allocs)
		return more <= 0.5 && allocs < 0.01
	}}
}

func timesSlower(than float64, text string) *budget {
	return &budget{text, func(r *result) bool {
		ratio, _ := median(r.ratios())
		return ratio >= than
	}}
}

// offPhase is measured before anything is enabled.
func offPhase() phase {
	ctx := context.Background()
	const scope = "scope, hand-written"
	noTracer := noop.NewTracerProvider().Tracer("bench")
	return phase{name: "telemetry off", subjects: []subject{
		{name: "function, not annotated", run: calls(bare)},
		{name: "function, scope with context", run: calls(annotated), yardstick: "function, not annotated", budget: vanishes()},
		{name: "function, scope with key and error", run: calls(annotatedUnused), yardstick: "function, not annotated", budget: vanishes()},
		{name: "function, scope with results", run: calls(annotatedResults), yardstick: "function, not annotated", budget: vanishes()},
		{name: "function, counter", run: calls(annotatedMetric), yardstick: "function, not annotated", budget: vanishes()},
		{name: "function, hand-written scope", run: calls(handWritten), yardstick: "function, not annotated"},
		{name: "function, not annotated, inlined", run: func(n int) {
			for range n {
				sum, _ := inlined(ctx, numbers)
				total += sum
			}
		}, yardstick: "function, not annotated"},
		{name: scope, run: func(n int) {
			for range n {
				_, s := tele.Start(ctx, "sum")
				s.End()
			}
		}},
		{name: "OpenTelemetry, global, no SDK", yardstick: scope, run: spans(otel.Tracer("bench")),
			budget: timesSlower(100, "100x")},
		{name: "OpenTelemetry, no-op", yardstick: scope, run: spans(noTracer)},
		{name: "runtime/trace region", yardstick: scope, run: regions},
	}}
}
