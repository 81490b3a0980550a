//go:build !teleoff

package tele_test

import (
	"context"
	"log/slog"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// everyEvent makes an event in every way there is, with a context that carries a Telemetry, and with that itself.
func everyEvent(ctx context.Context, t *tele.Telemetry) {
	_, scope := tele.Start(ctx, "a")
	scope.End()
	_, scope = tele.StartRoot(ctx, "a")
	scope.End()
	tele.Time(ctx, "a")()
	tele.Do(ctx, "a", func(context.Context) error { return nil })
	tele.Count(ctx, "a", 1)
	tele.Gauge(ctx, "a", 1)
	tele.Metric(ctx, "a", 1)
	_, scope = t.Start(ctx, "a")
	scope.End()
	_, scope = t.StartRoot(ctx, "a")
	scope.End()
	t.Time(ctx, "a")()
	t.Do(ctx, "a", func(context.Context) error { return nil })
	t.Count(ctx, "a", 1)
	t.Gauge(ctx, "a", 1)
	t.Metric(ctx, "a", 1)
}

func TestPause(t *testing.T) {
	defer tele.Resume()
	var recorder runtimetest.Recorder
	telemetry := runtimetest.New(&recorder)
	ctx := tele.NewContext(context.Background(), telemetry)
	ctx, outer := tele.Start(ctx, "outer")

	tele.Pause()
	tele.Pause()
	everyEvent(ctx, telemetry)
	runtimetest.New(&recorder)
	if tele.Enabled() || telemetry.Enabled() || !tele.Paused() {
		t.Errorf("paused: Enabled is %v, %v, Paused %v", tele.Enabled(), telemetry.Enabled(), tele.Paused())
	}
	if n := len(recorder.Events()); n != 0 {
		t.Errorf("%d events while paused", n)
	}
	outer.End(slog.Int("n", 1))
	if n := len(recorder.Events()); n != 1 {
		t.Errorf("%d events of a scope from before, want 1", n)
	}

	tele.Resume()
	if !tele.Enabled() || !telemetry.Enabled() || tele.Paused() {
		t.Errorf("resumed: Enabled is %v, %v, Paused %v", tele.Enabled(), telemetry.Enabled(), tele.Paused())
	}
	recorder.Reset()
	everyEvent(ctx, telemetry)
	if n := len(recorder.Events()); n != 14 {
		t.Errorf("%d events after Resume, want 14", n)
	}
	if scope := recorder.Events()[0].Scope; scope != "outer.a" {
		t.Errorf("scope %s, want outer.a", scope)
	}
}
