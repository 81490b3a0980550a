//go:build !teleoff

package tele_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/async"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

type trailKey struct{}

// A trail puts the names of the scopes that it is told of into their contexts.
type trail struct {
	runtimetest.Recorder
	name    string
	started []tele.Metadata
}

func trailOf(ctx context.Context) string {
	names, _ := ctx.Value(trailKey{}).(string)
	return names
}

func (r *trail) StartScope(ctx context.Context, scope string, metadata tele.Metadata) context.Context {
	r.started = append(r.started, metadata)
	return context.WithValue(ctx, trailKey{}, trailOf(ctx)+r.name+":"+scope+" ")
}

// wantTrails wants the events of a recorder to have contexts with these trails.
func (r *trail) wantTrails(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, e := range r.Events() {
		got = append(got, strings.TrimSpace(trailOf(e.Metadata.Context())))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("trails %q, want %q", got, want)
	}
}

func TestContextReporter(t *testing.T) {
	r := &trail{name: "r"}
	telemetry := runtimetest.New(r)
	outer, a := telemetry.Start(context.Background(), "a", slog.Int("n", 1))
	foreign := context.WithValue(outer, trailKey{}, trailOf(outer)+"foreign ")
	inner, b := telemetry.Start(foreign, "b")
	telemetry.Count(inner, "c", 1)
	telemetry.Count(foreign, "c", 1, slog.Int("n", 1))
	b.End(slog.Int("more", 1))
	_, root := telemetry.StartRoot(inner, "root")
	root.End()
	a.End()
	r.wantTrails(t, "r:a foreign r:a.b", "r:a foreign", "r:a foreign r:a.b", "r:a foreign r:a.b r:root", "r:a")
	if got := trailOf(inner); got != "r:a foreign r:a.b " {
		t.Errorf("what belongs to a scope has the context of %q", got)
	}
	first := r.started[0]
	if attrs := first.Attrs(); len(attrs) != 1 || attrs[0].Key != "n" || first.Depth() != 0 || first.StartWallTime().IsZero() {
		t.Errorf("started with %v at %v", attrs, first.StartWallTime())
	}
	if first.Context() != context.Background() {
		t.Error("what is known of a start has a context")
	}
}

// TestContextReporters wants several to be called in order, each with the context of the one before, whatever one of them does.
func TestContextReporters(t *testing.T) {
	first, last := &trail{name: "first"}, &trail{name: "last"}
	telemetry := runtimetest.New(first, &badStarter{result: true}, &badStarter{}, async.New(last, nil), new(runtimetest.Recorder))
	ctx, scope := telemetry.Start(context.Background(), "a")
	scope.End()
	if got := trailOf(ctx); got != "first:a last:a " {
		t.Errorf("trail %q", got)
	}
	first.wantTrails(t, "first:a last:a")
	if _, scope := telemetry.WithOutcome().Start(context.Background(), "b"); true {
		scope.End()
	}
	first.wantTrails(t, "first:a last:a", "first:b last:b")
}

// A badStarter panics, or returns no context.
type badStarter struct {
	runtimetest.Recorder
	result bool
}

func (r *badStarter) StartScope(context.Context, string, tele.Metadata) context.Context {
	if !r.result {
		panic("no scope today")
	}
	return nil
}

// TestNoContextReporter wants contexts to be held on to by nobody who has not asked for that.
func TestNoContextReporter(t *testing.T) {
	r := new(runtimetest.Recorder)
	telemetry := runtimetest.New(r)
	ctx, scope := telemetry.Start(context.WithValue(context.Background(), trailKey{}, "x"), "a", slog.Int("n", 1))
	telemetry.Count(ctx, "c", 1, slog.Int("n", 1))
	scope.End()
	for _, e := range r.Events() {
		if e.Metadata.Context() != context.Background() {
			t.Errorf("%s has a context", e.Scope)
		}
	}
}

// TestStartedMetadataIsKept reads what a reporter has kept of a start while the scope goes on; the race detector looks on.
func TestStartedMetadataIsKept(t *testing.T) {
	r := new(keeper)
	telemetry := runtimetest.New(r)
	for range 100 {
		_, scope := telemetry.Start(context.Background(), "a")
		scope.End()
	}
	r.readers.Wait()
}

type keeper struct {
	runtimetest.Recorder
	readers sync.WaitGroup
}

func (r *keeper) StartScope(ctx context.Context, _ string, metadata tele.Metadata) context.Context {
	r.readers.Go(func() { _ = metadata.Context() })
	return ctx
}
