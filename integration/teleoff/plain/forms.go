// Package plain has functions as they were before package annotated got its directives. The two differ in
// nothing but what teleinstr inserts.
package plain

import (
	"context"
	"errors"
)

// Sink is where closures escape to.
var Sink any

func Small(n int) int {
	return 2*n + 1
}

func UsesSmall(n int) int {
	return Small(n) + Small(n+1)
}

func Sum(ctx context.Context, items []int) (int, error) {
	sum := 0
	for _, n := range items {
		sum += n
	}
	return sum, ctx.Err()
}

func Nested(ctx context.Context, items []int) (sum int, err error) {
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
	sum, err := Sum(ctx, items)
	if sum > 100 {
		return errors.New("too much")
	}
	return err
}

func Closure(ctx context.Context, items []int) (int, error) {
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

func Escaping(ctx context.Context, n int) {
	Sink = func() error {
		if n > 100 {
			return nil
		}
		return ctx.Err()
	}
}

func Goroutine(ctx context.Context, items []int) int {
	sums := make(chan int)
	go func() {
		sum, _ := Sum(ctx, items)
		sums <- sum
	}()
	return <-sums
}

func Goroutines(ctx context.Context, items []int) (sum int) {
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

func (s *Server) Serve(ctx context.Context, n int) error {
	s.total += n
	if s.total > s.limit {
		return errors.New("too much")
	}
	return ctx.Err()
}

func (s Server) Left() int {
	return s.limit - s.total
}

func Map[K comparable, V any](ctx context.Context, keys []K, f func(context.Context, K) V) map[K]V {
	m := make(map[K]V)
	for _, k := range keys {
		m[k] = f(ctx, k)
	}
	return m
}

func UsesMap(ctx context.Context, keys []string) map[string]int {
	return Map(ctx, keys, func(_ context.Context, k string) int { return len(k) })
}

func Recovers(ctx context.Context, items []int) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errors.New("recovered")
		}
	}()
	return items[3], ctx.Err()
}
