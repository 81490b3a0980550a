// Closures over the context and over variables that the function sets, escaping to goroutines.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

type key string

//tele:scope main
func main() {
	ctx := context.WithValue(context.Background(), key("user"), "ann")
	fmt.Println(fanOut(ctx, []int{3, 1, 2}))
	fmt.Println(replaced(ctx))
	fmt.Println(counter(ctx)(), identity(ctx), canceled(ctx))
}

//tele:scope fan_out items=len(items)
func fanOut(ctx context.Context, items []int) []string {
	out := make([]string, len(items))
	var wg sync.WaitGroup
	for i, item := range items {
		//tele:scope fan_out.item item=item
		wg.Add(1)
		go func() {
			//tele:scope fan_out.worker
			defer wg.Done()
			out[i] = work(ctx, item)
		}()
	}
	wg.Wait()
	return out
}

//tele:scope work n=n
func work(ctx context.Context, n int) string {
	n *= 2
	f := func() string { return fmt.Sprint(ctx.Value(key("user")), n) }
	n++
	return f()
}

//tele:scope replaced
func replaced(ctx context.Context) (out []any) {
	show := func() { out = append(out, ctx.Value(key("user"))) }
	show()
	for _, user := range []string{"bob", "eve"} {
		//tele:scope replaced.turn
		ctx := context.WithValue(ctx, key("user"), user)
		out = append(out, ctx.Value(key("user")))
	}
	ctx = context.WithValue(ctx, key("user"), "joe")
	show()
	return out
}

//tele:scope counter
func counter(ctx context.Context) func() int {
	n := 0
	return func() int {
		//tele:scope counter.call n=n
		n++
		if ctx != nil {
			n++
		}
		return n
	}
}

type holder struct{ ctx context.Context }

//tele:scope identity
func identity(ctx context.Context) bool {
	h := holder{ctx}
	return same(h.ctx, ctx) && h.store(ctx).ctx == ctx
}

//tele:scope same
func same(a, b context.Context) bool { return a == b }

//tele:scope store
func (h *holder) store(ctx context.Context) *holder {
	h.ctx = ctx
	return h
}

//tele:scope canceled
func canceled(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	//tele:scope canceled.rest
	time.AfterFunc(0, func() { cancel(errors.New("enough")) })
	<-ctx.Done()
	return context.Cause(ctx)
}
