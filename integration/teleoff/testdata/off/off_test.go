// Package off compares what the functions of package plain and those generated from them allocate while
// telemetry is off.
package off

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	annotated "example.com/teleoff/annotated"
	plain "example.com/teleoff/plain"
)

func TestOffAllocatesNoMore(t *testing.T) {
	ctx := context.Background()
	items := []int{3, 1, 4, 1}
	request := httptest.NewRequest(http.MethodGet, "/path?query", nil)
	response := httptest.NewRecorder()
	for _, f := range []struct {
		name             string
		plain, annotated func()
	}{
		{"Small", func() { runtime.KeepAlive(plain.Small(1)) }, func() { runtime.KeepAlive(annotated.Small(1)) }},
		{"Sum", func() { plain.Sum(ctx, items) }, func() { annotated.Sum(ctx, items) }},
		{"Nested", func() { plain.Nested(ctx, items) }, func() { annotated.Nested(ctx, items) }},
		{"Results", func() { plain.Results(ctx, 3) }, func() { annotated.Results(ctx, 3) }},
		{"Metrics", func() { plain.Metrics(ctx, items) }, func() { annotated.Metrics(ctx, items) }},
		{"Closure", func() { plain.Closure(ctx, items) }, func() { annotated.Closure(ctx, items) }},
		{"Escaping", func() { plain.Escaping(ctx, 7) }, func() { annotated.Escaping(ctx, 7) }},
		{"Goroutine", func() { plain.Goroutine(ctx, items) }, func() { annotated.Goroutine(ctx, items) }},
		{"Goroutines", func() { plain.Goroutines(ctx, items) }, func() { annotated.Goroutines(ctx, items) }},
		{"Serve", func() { new(plain.Server).Serve(ctx, 0) }, func() { new(annotated.Server).Serve(ctx, 0) }},
		{"Left", func() { runtime.KeepAlive(plain.Server{}.Left()) }, func() { runtime.KeepAlive(annotated.Server{}.Left()) }},
		{"Recovers", func() { plain.Recovers(ctx, items) }, func() { annotated.Recovers(ctx, items) }},
		{"Loop", func() { plain.Loop(ctx, items) }, func() { annotated.Loop(ctx, items) }},
		{"SmallBlock", func() { runtime.KeepAlive(plain.SmallBlock(1)) }, func() { runtime.KeepAlive(annotated.SmallBlock(1)) }},
		{"Literal", func() { plain.Literal(ctx, 7) }, func() { annotated.Literal(ctx, 7) }},
		{"Sequences", func() { plain.Sequences(ctx) }, func() { annotated.Sequences(ctx) }},
		{"Handle", func() { plain.Handle(response, request) }, func() { annotated.Handle(response, request) }},
		{"Request", func() { plain.Request(request) }, func() { annotated.Request(request) }},
	} {
		wantAllocs, wantBytes := allocated(f.plain)
		allocs, bytes := allocated(f.annotated)
		if f.name == "Sequences" {
			wantBytes += 16 // the body of the range captures one variable more
		}
		if allocs != wantAllocs || bytes != wantBytes {
			t.Errorf("%s: %v allocations of %v bytes, want %v of %v", f.name, allocs, bytes, wantAllocs, wantBytes)
		}
	}
}

// The price of a deferred call: a function that has one is not inlined, so that what it returns escapes to the
// heap where it would have stayed in the caller. This fails if that is ever overcome.
func TestNotInlinedAnyLonger(t *testing.T) {
	keys := []string{"a", "b"}
	wantAllocs, _ := allocated(func() { plain.UsesMap(context.Background(), keys) })
	allocs, _ := allocated(func() { annotated.UsesMap(context.Background(), keys) })
	if wantAllocs != 0 || allocs == 0 {
		t.Errorf("%d allocations, %d without annotation", allocs, wantAllocs)
	}
}

// allocated returns the allocations and bytes that a call of f makes, at the least: the runtime makes some of
// its own now and then.
func allocated(f func()) (allocs, bytes uint64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	allocs, bytes = math.MaxUint64, math.MaxUint64
	var before, after runtime.MemStats
	for range 20 {
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		allocs = min(allocs, after.Mallocs-before.Mallocs)
		bytes = min(bytes, after.TotalAlloc-before.TotalAlloc)
	}
	return allocs, bytes
}
