package main

import (
	"context"
	"runtime"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// A span is what a scope would be if it were a value in a context, and not a context itself. It does less: it has no path,
// and nobody is told.
type span struct {
	name   string
	parent *span
	start  time.Time
}

type spanKey struct{}

func startSpan(ctx context.Context, name string) (context.Context, *span) {
	parent, _ := ctx.Value(spanKey{}).(*span)
	s := &span{name: name, parent: parent, start: time.Now()}
	return context.WithValue(ctx, spanKey{}, s), s
}

// values starts and ends spans that are values in contexts.
func values(n int) {
	ctx, _ := startSpan(context.Background(), "request")
	for range n {
		_, s := startSpan(ctx, "sum")
		runtime.KeepAlive(time.Since(s.start))
	}
}

// behindScopes and behindSpans look up a value of the user's that was put into the context before so many scopes, or spans.
func behindScopes(ctx context.Context, depth int) func(n int) {
	ctx = context.WithValue(ctx, key{}, "user")
	//nolint:teleinstr // as deep as is asked for
	for range depth {
		ctx, _ = tele.Start(ctx, "deeper")
	}
	return lookUps(ctx)
}

func behindSpans(depth int) func(n int) {
	ctx := context.WithValue(context.Background(), key{}, "user")
	for range depth {
		ctx, _ = startSpan(ctx, "deeper")
	}
	return lookUps(ctx)
}

func lookUps(ctx context.Context) func(n int) {
	return func(n int) {
		for range n {
			runtime.KeepAlive(ctx.Value(key{}))
		}
	}
}
