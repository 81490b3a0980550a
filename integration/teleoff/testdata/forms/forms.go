// Package forms has functions with directives of all kinds. The tests compare it, as it is, with what is
// generated from it.
package forms

import (
	"context"
	"errors"
	"iter"
	"net/http"
)

// Sink is where closures escape to.
var Sink any

//tele:scope small n=n
func Small(n int) int {
	return 2*n + 1
}

//tele:scope uses_small
func UsesSmall(n int) int {
	return Small(n) + Small(n+1)
}

//tele:scope sum n=len(items) first=items[0]
func Sum(ctx context.Context, items []int) (int, error) {
	sum := 0
	for _, n := range items {
		sum += n
	}
	return sum, ctx.Err()
}

//tele:scope nested
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

//tele:scope results rows=len(rows)
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

//tele:count items=len(items) k="v"
//tele:gauge first=items[0]
//tele:metric all=items
func Metrics(ctx context.Context, items []int) (err error) {
	sum, err := Sum(ctx, items)
	if sum > 100 {
		return errors.New("too much")
	}
	return err
}

//tele:scope closure
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

//tele:scope escaping
func Escaping(ctx context.Context, n int) {
	Sink = func() error {
		if n > 100 {
			return nil
		}
		return ctx.Err()
	}
}

//tele:scope goroutine
func Goroutine(ctx context.Context, items []int) int {
	sums := make(chan int)
	go func() {
		sum, _ := Sum(ctx, items)
		sums <- sum
	}()
	return <-sums
}

//tele:scope goroutines sum=sum
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

//tele:scope serve limit=s.limit
func (s *Server) Serve(ctx context.Context, n int) error {
	s.total += n
	if s.total > s.limit {
		return errors.New("too much")
	}
	return ctx.Err()
}

//tele:scope left
func (s Server) Left() int {
	return s.limit - s.total
}

//tele:scope map keys=keys
func Map[K comparable, V any](ctx context.Context, keys []K, f func(context.Context, K) V) map[K]V {
	m := make(map[K]V)
	for _, k := range keys {
		m[k] = f(ctx, k)
	}
	return m
}

//tele:scope uses_map
func UsesMap(ctx context.Context, keys []string) map[string]int {
	return Map(ctx, keys, func(_ context.Context, k string) int { return len(k) })
}

//tele:scope recovers
func Recovers(ctx context.Context, items []int) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errors.New("recovered")
		}
	}()
	return items[3], ctx.Err()
}

func Loop(ctx context.Context, items []int) (sum int, err error) {
	for i, n := range items {
		//tele:scope turn n=n
		if n == 0 {
			continue
		}
		if n < 0 {
			break
		}
		switch {
		case n > 100:
			//tele:scope large
			return 0, errors.New("too much")
		case i > 100:
			//tele:count many
			return sum, nil
		}
		part, err := Sum(ctx, items[:i])
		if err != nil {
			return 0, err
		}
		sum += part
	}
	//tele:scope rest sum=sum
	return sum, ctx.Err()
}

func SmallBlock(n int) int {
	if n > 1 {
		//tele:scope arm
		n *= 2
	}
	return n
}

// Literal uses the context first: a closure holds what it captures in the order of the first use, and generated
// code comes before all else.
func Literal(ctx context.Context, n int) {
	Sink = func() error {
		//tele:scope literal n=n
		if err := ctx.Err(); err != nil || n > 100 {
			return err
		}
		return nil
	}
}

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Sequence ranges over a function that the compiler does not see through.
//
//go:noinline
//tele:scope sequence
func Sequence(ctx context.Context, seq iter.Seq[int]) (sum int) {
	for i := range seq {
		//tele:scope sequence.turn i=i
		if i == 2 {
			continue
		}
		if ctx.Err() != nil {
			return sum
		}
	}
	return 1
}

func Sequences(ctx context.Context) int {
	return Sequence(ctx, count(4))
}

//tele:scope handle rebind
func Handle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Path", r.URL.Path)
}

// Request is not inlined to begin with: see TestNotInlinedAnyLonger.
//
//go:noinline
//tele:scope request
func Request(r *http.Request) string {
	return r.URL.Path + r.URL.RawQuery
}
