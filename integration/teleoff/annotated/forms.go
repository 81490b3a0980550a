// Package annotated has the functions of package plain with the code that teleinstr inserts for directives.
package annotated

import (
	"context"
	"errors"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// Sink is where closures escape to.
var Sink any

func Small(n int) int {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(tele.Background(), "small", tele.Int("n", n))
		defer scope.End()
	}
	return 2*n + 1
}

func UsesSmall(n int) int {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(tele.Background(), "uses_small")
		defer scope.End()
	}
	return Small(n) + Small(n+1)
}

func Sum(ctx context.Context, items []int) (_ int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "sum", tele.Int("n", len(items)), tele.Try("first", func() interface{} { return items[0] }))
		defer scope.EndErr(&err)
	}
	sum := 0
	for _, n := range items {
		sum += n
	}
	return sum, ctx.Err()
}

func Nested(ctx context.Context, items []int) (sum int, err error) {
	if tele.Compiled && tele.Enabled() {
		var scope tele.Scope
		ctx, scope = tele.Start(ctx, "nested")
		defer scope.EndErr(&err)
	}
	for range 3 {
		n, err := Sum(ctx, items)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func Results(ctx context.Context, n int) (rows []int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "results")
		defer func() { scope.EndErr(&err, tele.Int("rows", len(rows))) }()
	}
	if n < 0 {
		return nil, errors.New("negative")
	}
	rows = make([]int, 4)
	for i := range rows {
		rows[i] = i * n
	}
	return rows, ctx.Err()
}

func Metrics(ctx context.Context, items []int) (err error) {
	if tele.Compiled && tele.Enabled() {
		tele.Count(ctx, "items", int64(len(items)), tele.String("k", "v"))
		tele.Guard("first", func() { tele.Gauge(ctx, "first", float64(items[0])) })
		tele.Metric(ctx, "all", items)
	}
	sum, err := Sum(ctx, items)
	if sum > 100 {
		return errors.New("too much")
	}
	return err
}

func Closure(parentCtx context.Context, items []int) (_ int, err error) {
	var scope tele.Scope
	if tele.Compiled && tele.Enabled() {
		_, scope = tele.Start(parentCtx, "closure")
		defer scope.EndErr(&err)
	}
	ctx := scope.Context(parentCtx)
	f := func(n int) error {
		if n > 100 {
			return errors.New("too much")
		}
		return ctx.Err()
	}
	for _, n := range items {
		if err := f(n); err != nil {
			return 0, err
		}
	}
	return len(items), nil
}

func Escaping(parentCtx context.Context, n int) {
	var scope tele.Scope
	if tele.Compiled && tele.Enabled() {
		_, scope = tele.Start(parentCtx, "escaping")
		defer scope.End()
	}
	ctx := scope.Context(parentCtx)
	Sink = func() error {
		if n > 100 {
			return nil
		}
		return ctx.Err()
	}
}

func Goroutine(parentCtx context.Context, items []int) int {
	var scope tele.Scope
	if tele.Compiled && tele.Enabled() {
		_, scope = tele.Start(parentCtx, "goroutine")
		defer scope.End()
	}
	ctx := scope.Context(parentCtx)
	sums := make(chan int)
	go func() {
		sum, _ := Sum(ctx, items)
		sums <- sum
	}()
	return <-sums
}

func Goroutines(parentCtx context.Context, items []int) (sum int) {
	var scope tele.Scope
	if tele.Compiled && tele.Enabled() {
		_, scope = tele.Start(parentCtx, "goroutines")
		defer func() { scope.End(tele.Int("sum", sum)) }()
	}
	ctx := scope.Context(parentCtx)
	sums := make(chan int)
	for i := range 3 {
		go func() {
			sum, _ := Sum(ctx, items)
			sums <- sum + i
		}()
	}
	for range 3 {
		sum += <-sums
	}
	return sum
}

type Server struct {
	limit int
	total int
}

func (s *Server) Serve(ctx context.Context, n int) (err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "serve", tele.Int("limit", s.limit))
		defer scope.EndErr(&err)
	}
	s.total += n
	if s.total > s.limit {
		return errors.New("too much")
	}
	return ctx.Err()
}

func (s Server) Left() int {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(tele.Background(), "left")
		defer scope.End()
	}
	return s.limit - s.total
}

func Map[K comparable, V any](ctx context.Context, keys []K, f func(context.Context, K) V) map[K]V {
	if tele.Compiled && tele.Enabled() {
		var scope tele.Scope
		ctx, scope = tele.Start(ctx, "map", tele.Any("keys", keys))
		defer scope.End()
	}
	m := make(map[K]V)
	for _, k := range keys {
		m[k] = f(ctx, k)
	}
	return m
}

func UsesMap(ctx context.Context, keys []string) map[string]int {
	if tele.Compiled && tele.Enabled() {
		var scope tele.Scope
		ctx, scope = tele.Start(ctx, "uses_map")
		defer scope.End()
	}
	return Map(ctx, keys, func(_ context.Context, k string) int { return len(k) })
}

func Recovers(ctx context.Context, items []int) (n int, err error) {
	if tele.Compiled && tele.Enabled() {
		_, scope := tele.Start(ctx, "recovers")
		defer scope.EndErr(&err)
	}
	defer func() {
		if v := recover(); v != nil {
			err = errors.New("recovered")
		}
	}()
	return items[3], ctx.Err()
}
