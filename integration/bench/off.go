package main

import (
	"context"
	"runtime"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace/noop"

	tele "github.com/teleinstr/teleinstr/runtime"
)

var numbers = []int{3, 1, 4, 1}

//go:noinline
func step(_ context.Context, items []int) (sum int) {
	for _, n := range items {
		sum += n
	}
	return sum
}

// The functions below are annotated in the forms that code is generated in. What defers a call is not inlined,
// and so they are compared with plain without its being inlined.
//
//go:noinline
func plain(ctx context.Context, items []int) (int, error) {
	return step(ctx, items), nil
}

//go:noinline
func withScope(ctx context.Context, items []int) (int, error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "sum")
		defer scope.End()
	}
	return step(ctx, items), nil
}

//go:noinline
func withError(ctx context.Context, items []int) (_ int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "sum", tele.Int("n", len(items)))
		defer scope.EndErr(&err)
	}
	return step(ctx, items), nil
}

//go:noinline
func withContext(ctx context.Context, items []int) (int, error) {
	if tele.Compiled && tele.Enabled() {
		var scope tele.Scope
		ctx, scope = tele.Start(ctx, "sum")
		defer scope.End()
	}
	return step(ctx, items), nil
}

//go:noinline
func withResults(ctx context.Context, items []int) (sum int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "sum")
		defer func() { scope.EndErr(&err, tele.Int("sum", sum)) }()
	}
	return step(ctx, items), nil
}

//go:noinline
func withCounter(ctx context.Context, items []int) (int, error) {
	if tele.Compiled && tele.Enabled() {
		tele.Count(ctx, "sums", int64(len(items)), tele.String("k", "v"))
	}
	return step(ctx, items), nil
}

//go:noinline
func byHand(ctx context.Context, items []int) (int, error) {
	ctx, scope := tele.Start(ctx, "sum")
	defer scope.End()
	return step(ctx, items), nil
}

// leaf is the worst case: it calls nothing, and so needs no frame, and keeps its results in registers, until
// it defers a call.
//
//go:noinline
func leaf(ctx context.Context, items []int) (sum int, err error) {
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

//go:noinline
func leafWithError(ctx context.Context, items []int) (sum int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "sum")
		defer scope.EndErr(&err)
	}
	for _, n := range items {
		sum += n
	}
	return sum, nil
}

func calls(ctx context.Context, f func(context.Context, []int) (int, error)) func(n int) {
	return func(n int) {
		for range n {
			sum, _ := f(ctx, numbers)
			runtime.KeepAlive(sum)
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
	const (
		function     = "function"
		leafFunction = "function that calls nothing"
		scope        = "scope"
	)
	annotated := func(name, yardstick string, f func(context.Context, []int) (int, error)) subject {
		return subject{name: name, run: calls(ctx, f), yardstick: yardstick, budget: vanishes()}
	}
	return phase{name: "telemetry off", subjects: []subject{
		{name: function, run: calls(ctx, plain)},
		annotated("function, scope", function, withScope),
		annotated("function, scope with attribute and error", function, withError),
		annotated("function, scope whose context is used", function, withContext),
		annotated("function, scope with results", function, withResults),
		annotated("function, counter", function, withCounter),
		{name: "function, scope by hand, not guarded", run: calls(ctx, byHand), yardstick: function},
		{name: leafFunction, run: calls(ctx, leaf)},
		annotated("function that calls nothing, scope", leafFunction, leafWithError),
		{name: scope, run: func(n int) {
			for range n {
				_, s := tele.Start(ctx, "sum")
				s.End()
			}
		}},
		{name: "OpenTelemetry, global, no SDK", yardstick: scope, run: spans(otel.Tracer("bench")), budget: timesSlower(100, "100x")},
		{name: "OpenTelemetry, no-op", yardstick: scope, run: spans(noop.NewTracerProvider().Tracer("bench"))},
		{name: "runtime/trace region", yardstick: scope, run: regions},
	}}
}
