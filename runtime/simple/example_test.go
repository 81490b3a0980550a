//go:build !teleoff

package simple_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/teleinstr/teleinstr/runtime/runtimetest"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

// A Snapshot is what there is so far: for a test, or a page of one's own.
func ExampleReporter_Snapshot() {
	reporter := simple.New(nil)
	telemetry := runtimetest.New(reporter) // tele.New, in a program that was started with TELEINSTR_TELEMETRY=1
	for i := range 3 {
		telemetry.Do(context.Background(), "load", func(ctx context.Context) error {
			telemetry.Count(ctx, "rows", 10)
			if i == 2 {
				return errors.New("truncated")
			}
			return nil
		})
	}
	snapshot := reporter.Snapshot()
	for _, t := range snapshot.Timings {
		fmt.Println(t.Scope, t.Calls, t.Errors)
	}
	for _, m := range snapshot.Metrics {
		fmt.Println(m.Scope, m.Type, m.Count)
	}
	// Output:
	// load 3 1
	// load.rows counter 3
}
