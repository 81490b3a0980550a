//go:build !teleoff

package tele

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// noReporter does nothing with events.
type noReporter struct{}

func (noReporter) RecordTiming(string, time.Duration, Metadata) {}
func (noReporter) RecordMetric(string, slog.Value, Metadata)    {}

func wantAllocs(t *testing.T, what string, want float64, f func()) {
	t.Helper()
	if got := testing.AllocsPerRun(200, f); got != want {
		t.Errorf("%s: %v allocations, want %v", what, got, want)
	}
}

// Telemetry may be off for all, or for a context while other telemetry records.
func TestOffAllocatesNothing(t *testing.T) {
	var off *Telemetry
	empty := context.Background()
	carried := NewContext(empty, nil)
	n, text, fail := 1_000_000, strings.Repeat("x", 3), errors.New("fail")
	f := func(context.Context) error { return fail }
	for _, on := range []bool{false, true} {
		defer recording.Store(recording.Swap(0))
		if on {
			recording.Store(1)
		}
		for _, ctx := range []context.Context{empty, carried} {
			wantAllocs(t, "method Start", 0, func() {
				_, scope := off.Start(ctx, "a", Int("n", n), String("s", text))
				scope.End(Int("n", n))
			})
			wantAllocs(t, "Start", 0, func() {
				_, scope := Start(ctx, "a", Int("n", n), String("s", text))
				scope.EndErr(&fail, Int("n", n))
			})
			wantAllocs(t, "StartRoot", 0, func() { StartRoot(ctx, "a", Int("n", n)) })
			wantAllocs(t, "Do", 0, func() { Do(ctx, "a", f, Int("n", n)) })
			wantAllocs(t, "method Do", 0, func() { off.Do(ctx, "a", f, Int("n", n)) })
			wantAllocs(t, "Time", 0, func() { defer off.Time(ctx, "a", Int("n", n))() })
			wantAllocs(t, "Count", 0, func() { Count(ctx, "c", int64(n), String("s", text)) })
			wantAllocs(t, "Gauge", 0, func() { Gauge(ctx, "g", 1.5, String("s", text)) })
			wantAllocs(t, "method Metric", 0, func() { off.Metric(ctx, "m", text == "", String("s", text)) })
		}
	}
}

func TestScopeIsOneAllocation(t *testing.T) {
	if size := unsafe.Sizeof(scope{}); size > 64 {
		t.Errorf("a scope has %d bytes, more than a cache line", size)
	}
	telemetry := newEnabled(noReporter{}, noReporter{})
	deep := context.Background()
	for range 100 {
		deep, _ = telemetry.Start(deep, "deeper")
	}
	derived, cancel := context.WithCancel(deep)
	defer cancel()
	for _, ctx := range []context.Context{nil, context.Background(), deep, derived} {
		wantAllocs(t, "Start and End", 1, func() {
			_, scope := telemetry.Start(ctx, "a")
			scope.End()
		})
		wantAllocs(t, "Count", 0, func() { telemetry.Count(ctx, "c", 1) })
		wantAllocs(t, "Gauge", 0, func() { telemetry.Gauge(ctx, "g", 1.5) })
	}
}

func TestAttributesAreOneAllocation(t *testing.T) {
	telemetry := newEnabled(noReporter{})
	fail := errors.New("fail")
	ctx := context.Background()
	for _, c := range []struct{ n, want int }{{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 2}, {20, 2}} {
		attrs := make([]slog.Attr, c.n)
		wantAllocs(t, "Start with attributes", float64(1+c.want), func() {
			_, scope := telemetry.Start(ctx, "a", attrs...)
			scope.End()
		})
		wantAllocs(t, "Count with attributes", float64(c.want), func() { telemetry.Count(ctx, "c", 1, attrs...) })
	}
	var none error
	wantAllocs(t, "EndErr without error", 1, func() {
		_, scope := telemetry.Start(ctx, "a")
		scope.EndErr(&none)
	})
	wantAllocs(t, "EndErr", 2, func() {
		_, scope := telemetry.Start(ctx, "a")
		scope.EndErr(&fail)
	})
}

// What a nested level keeps alive is its scope object, which holds on to no other.
func TestScopeKeepsNoParent(t *testing.T) {
	telemetry := newEnabled(noReporter{})
	type key struct{}
	base := context.WithValue(context.Background(), key{}, 1)
	ctx := base
	for range 10 {
		ctx, _ = telemetry.Start(ctx, "a")
	}
	if got := ctx.(*scope).Context; got != base {
		t.Errorf("scope is built on %v, want %v", got, base)
	}
}
