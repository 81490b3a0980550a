//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package tele_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

func TestNestingFollowsContexts(t *testing.T) {
	telemetry, r := newRecorded()
	type key struct{}
	ctx, outer := telemetry.Start(context.WithValue(context.Background(), key{}, "kept"), "a")
	ctx, cancel := context.WithCancel(ctx)
	ctx, inner := tele.Start(ctx, "b")
	if got := ctx.Value(key{}); got != "kept" {
		t.Errorf("value through two scopes: %v", got)
	}
	cancel()
	if ctx.Err() == nil {
		t.Error("cancelling does not reach the scope inside")
	}
	inner.End()
	_, root := tele.StartRoot(ctx, "r")
	root.End()
	outer.End()
	if got, want := scopes(r), []string{"a.b", "r", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Children of a scope's context are found by package context without a goroutine of their own.
func TestCancelThroughScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		telemetry, _ := newRecorded()
		parent, cancel := context.WithCancel(t.Context())
		ctx, _ := telemetry.Start(parent, "a")
		child, cancelChild := context.WithCancel(ctx)
		defer cancelChild()
		cancel()
		if child.Err() == nil {
			t.Error("child is not cancelled together with its parent")
		}
	})
}

func TestScopeOfAnotherTelemetry(t *testing.T) {
	first, _ := newRecorded()
	second, r := newRecorded()
	ctx, _ := first.Start(context.Background(), "a")
	ctx, _ = first.Start(ctx, "b")
	second.Count(ctx, "n", 1)
	second.Do(ctx, "c", func(ctx context.Context) error {
		tele.Gauge(ctx, "g", 1)
		return nil
	})
	if got, want := scopes(r), []string{"a.b.n", "a.b.c.g", "a.b.c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestContextCarriesTelemetry(t *testing.T) {
	first, r1 := newRecorded()
	second, r2 := newRecorded()
	ctx, _ := first.Start(context.Background(), "a")
	off := tele.NewContext(ctx, nil)
	on := tele.NewContext(off, second)
	tele.Count(ctx, "n", 1)
	tele.Count(off, "n", 1)
	tele.Count(on, "n", 1)
	if inner, scope := tele.Start(off, "b"); inner != off || scope != (tele.Scope{}) {
		t.Error("Start returns a scope for a context that carries the no-op")
	}
	if got, want := scopes(r1), []string{"a.n"}; !slices.Equal(got, want) {
		t.Errorf("first: got %q, want %q", got, want)
	}
	if got, want := scopes(r2), []string{"a.n"}; !slices.Equal(got, want) {
		t.Errorf("second: got %q, want %q", got, want)
	}
	for _, c := range []struct {
		ctx  context.Context
		want *tele.Telemetry
	}{{ctx, first}, {off, nil}, {on, second}, {context.Background(), nil}, {nil, nil}} {
		if got := tele.FromContext(c.ctx); got != c.want {
			t.Errorf("FromContext(%v) = %p, want %p", c.ctx, got, c.want)
		}
	}
}

func TestDefault(t *testing.T) {
	telemetry, r := newRecorded()
	tele.SetDefault(telemetry)
	defer tele.SetDefault(nil)
	tele.Time(context.Background(), "timed")()
	tele.Metric(context.Background(), "m", "v")
	if got, want := scopes(r), []string{"timed", "m"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if tele.FromContext(context.Background()) != telemetry {
		t.Error("FromContext is not the default")
	}
}

// nilContext implements context.Context by a pointer that its methods read.
type nilContext struct{ context.Context }

func TestNilContexts(t *testing.T) {
	telemetry, r := newRecorded()
	for _, ctx := range []context.Context{nil, (*nilContext)(nil)} {
		_, scope := telemetry.Start(ctx, "a")
		scope.End()
		telemetry.Count(ctx, "n", 1)
		tele.Count(tele.NewContext(ctx, telemetry), "c", 1)
	}
	var none context.Context
	ctx, scope := telemetry.StartRoot(none, "b")
	if ctx.Err() != nil || ctx.Value("key") != nil {
		t.Error("nil is not taken as an empty context")
	}
	scope.End()
	if got := scopes(r); len(got) != 7 {
		t.Errorf("got %q", got)
	}
}

func TestKindsOfValues(t *testing.T) {
	telemetry, r := newRecorded()
	telemetry.Count(context.Background(), "c", 1)
	telemetry.Gauge(context.Background(), "g", 1)
	telemetry.Metric(context.Background(), "m", uint8(1))
	for i, want := range []slog.Kind{slog.KindInt64, slog.KindFloat64, slog.KindUint64} {
		if got := r.Events()[i].Value.Kind(); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	telemetry, r := newRecorded()
	fail := errors.New("fail")
	work := func(result error) (err error) {
		_, scope := telemetry.Start(context.Background(), "work", tele.Int("start", 1))
		defer scope.EndErr(&err, tele.Int("end", 2))
		return result
	}
	work(nil)
	work(fail)
	_, scope := telemetry.Start(context.Background(), "nothing")
	scope.EndErr(nil)
	want := []string{"[start=1 end=2] <nil>", "[start=1 end=2 error=fail] fail", "[] <nil>"}
	for i, e := range r.Events() {
		if got := fmt.Sprint(e.Metadata.Attrs(), e.Metadata.Err()); got != want[i] {
			t.Errorf("got %s, want %s", got, want[i])
		}
	}
}

// The attributes belong to the caller again when Start returns.
func TestAttributesAreCopied(t *testing.T) {
	telemetry, r := newRecorded()
	attrs := []slog.Attr{slog.Int("n", 1)}
	_, scope := telemetry.Start(context.Background(), "a", attrs...)
	telemetry.Count(context.Background(), "c", 1, attrs...)
	attrs[0] = slog.Int("n", 2)
	scope.End(attrs...)
	attrs[0] = slog.Int("n", 3)
	for i, want := range []string{"[n=1]", "[n=1 n=2]"} {
		if got := fmt.Sprint(r.Events()[i].Metadata.Attrs()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDurationByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		telemetry, r := newRecorded()
		_, scope := telemetry.Start(context.Background(), "a")
		start := time.Now()
		time.Sleep(90 * time.Second)
		scope.End()
		e := r.Events()[0]
		if e.Duration != 90*time.Second || !e.Metadata.StartWallTime().Equal(start) || !e.Metadata.EndWallTime().Equal(time.Now()) {
			t.Errorf("duration %v, from %v to %v", e.Duration, e.Metadata.StartWallTime(), e.Metadata.EndWallTime())
		}
		seconds := func(key string) float64 {
			v, _ := e.Attr(key)
			return v.Float64()
		}
		if d := seconds("end_wall_time_s") - seconds("start_wall_time_s"); d != 90 {
			t.Errorf("wall times differ by %v s", d)
		}
		if d := seconds("end_monotonic_s") - seconds("start_monotonic_s"); d != 90 {
			t.Errorf("monotonic times differ by %v s", d)
		}
	})
}

func TestMetadataOfNoEvent(t *testing.T) {
	var m tele.Metadata
	if m.Depth() != 0 || m.ParentScope() != "" || m.MetricType() != "" || m.Err() != nil || !m.StartWallTime().IsZero() {
		t.Error("the zero Metadata is not empty")
	}
	for a := range m.All() {
		t.Errorf("the zero Metadata has %v", a)
	}
}

// Of several goroutines that end a scope at the same moment, one does. They keep close together, as each event
// holds up the one in front.
func TestEndTogether(t *testing.T) {
	var events atomic.Int64
	telemetry := tele.New(hook{func(string) { events.Add(1) }})
	scopes := make([]tele.Scope, 200_000)
	for i := range scopes {
		_, scopes[i] = telemetry.Start(context.Background(), "a")
	}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for _, s := range scopes {
				s.End()
			}
		})
	}
	workers.Wait()
	if got := int(events.Load()); got != len(scopes) {
		t.Errorf("%d events, want %d", got, len(scopes))
	}
}

// Thousands of goroutines share contexts and end scopes that others started, twice, out of order, and after
// their parents.
func TestStress(t *testing.T) {
	telemetry, r := newRecorded()
	const goroutines, children = 2000, 5
	root, rootScope := telemetry.Start(context.Background(), "root")
	var workers sync.WaitGroup
	for i := range goroutines {
		workers.Go(func() {
			ctx, scope := tele.Start(root, fmt.Sprintf("g%d", i%50), tele.Int("i", i))
			var inner sync.WaitGroup
			for range children {
				_, child := tele.Start(ctx, "child")
				inner.Go(func() { child.End() })
				inner.Go(func() { child.EndErr(nil, tele.Bool("late", true)) })
			}
			inner.Go(func() { scope.End() })
			rootScope.End()
			scope.End()
			inner.Wait()
		})
	}
	workers.Wait()
	count := map[string]int{}
	for _, e := range r.Events() {
		count[e.Scope]++
		if depth := strings.Count(e.Scope, "."); e.Metadata.Depth() != depth {
			t.Fatalf("%s at depth %d", e.Scope, e.Metadata.Depth())
		}
	}
	if count["root"] != 1 || count["root.g7"] != goroutines/50 || count["root.g7.child"] != goroutines/50*children || len(count) != 101 {
		t.Errorf("%d paths; root %d, root.g7 %d, root.g7.child %d", len(count), count["root"], count["root.g7"], count["root.g7.child"])
	}
}
