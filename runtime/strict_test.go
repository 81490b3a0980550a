//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package tele_test

import (
	"context"
	"errors"
	"os"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// inChild reports whether the test runs in a process that runChild started with the variable set to 1.
func inChild(variable string) bool {
	return os.Getenv(variable) == "1"
}

func TestStrictNames(t *testing.T) {
	for _, strict := range []string{"TELEINSTR_STRICT_SCOPES=1", "GEMINI_BATCH_TELEMETRY_STRICT_SCOPES=1"} {
		runChild(t, "TestStrictNamesChild", strict, "TELE_TEST_STRICT=1", "TELEINSTR_TELEMETRY=1")
		runChild(t, "TestStrictNamesChild", strict, "TELE_TEST_STRICT=1")
	}
}

func TestStrictNamesChild(t *testing.T) {
	if !inChild("TELE_TEST_STRICT") {
		t.Skip("run by TestStrictNames")
	}
	telemetry, r := newRecorded()
	ctx := context.Background()
	calls := map[string]func(name string){
		"Start":     func(name string) { telemetry.Start(ctx, name) },
		"StartRoot": func(name string) { telemetry.StartRoot(ctx, name) },
		"Time":      func(name string) { telemetry.Time(ctx, name) },
		"Count":     func(name string) { telemetry.Count(ctx, name, 1) },
		"Guard":     func(name string) { tele.Guard(name, func() { telemetry.Gauge(ctx, name, 1) }) },
	}
	for what, call := range calls {
		for range 2 { // the second time round, a name may be known already
			call("pipeline.plan_2")
			err := panicOf(func() { call("Pipeline") })
			var e *scopename.Error
			switch {
			case !telemetry.Enabled() && err != nil:
				t.Errorf("%s panics while telemetry is off: %v", what, err)
			case telemetry.Enabled() && (!errors.As(err, &e) || e.Suggestion != "pipeline" || e.Offset != 0):
				t.Errorf("%s: panic with %v", what, err)
			}
		}
	}
	for _, e := range r.Events() {
		if e.Scope != "pipeline.plan_2" {
			t.Errorf("reported %q", e.Scope)
		}
	}
}

// panicOf returns the error with which f panics, nil if it does not.
func panicOf(f func()) (err error) {
	defer func() {
		err, _ = recover().(error)
	}()
	f()
	return nil
}
