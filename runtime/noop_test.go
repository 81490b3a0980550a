//nolint:teleinstr // misuse is what some of these tests are about
package tele_test

import (
	"context"
	"errors"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// newRecorded returns an enabled Telemetry, the no-op in a build without telemetry, and its reporter.
func newRecorded() (*tele.Telemetry, *runtimetest.Recorder) {
	r := new(runtimetest.Recorder)
	return tele.New(r), r
}

func scopes(r *runtimetest.Recorder) (paths []string) {
	for _, e := range r.Events() {
		paths = append(paths, e.Scope)
	}
	return paths
}

func TestNoOp(t *testing.T) {
	var telemetry *tele.Telemetry
	if telemetry.Enabled() || tele.New() != nil || tele.New(nil) != nil {
		t.Error("the no-op is enabled")
	}
	for _, ctx := range []context.Context{context.Background(), nil} {
		inner, scope := telemetry.Start(ctx, "a")
		if inner != ctx || scope.Context(ctx) != ctx {
			t.Error("Start does not return the context that it got")
		}
		scope.End()
		scope.EndErr(nil)
		if inner, _ = telemetry.StartRoot(ctx, "a"); inner != ctx {
			t.Error("StartRoot does not return the context that it got")
		}
		fail := errors.New("fail")
		err := telemetry.Do(ctx, "a", func(inner context.Context) error {
			if inner != ctx {
				t.Error("Do does not hand on the context that it got")
			}
			return fail
		})
		if err != fail {
			t.Errorf("Do returned %v", err)
		}
		telemetry.Time(ctx, "a")()
		telemetry.Metric(ctx, "m", 1)
		telemetry.Count(ctx, "m", 1)
		telemetry.Gauge(ctx, "m", 1)
	}
}
