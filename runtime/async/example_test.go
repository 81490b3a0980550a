//go:build !teleoff

package async_test

import (
	"context"
	"fmt"
	"time"

	"github.com/teleinstr/teleinstr/runtime/async"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A reporter that takes its time gets events from a goroutine of its own. Close waits for those that are still to come, as long as
// its context allows.
func Example() {
	recorder := new(runtimetest.Recorder) // stands for a slow reporter
	reporter := async.New(recorder, &async.Options{Buffer: 1000})
	telemetry := runtimetest.New(reporter) // tele.New, in a program that was started with TELEINSTR_TELEMETRY=1
	for range 100 {
		telemetry.Count(context.Background(), "rows", 1)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := reporter.Close(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println(len(recorder.Events()), "reported,", reporter.Dropped(), "dropped")
	// Output: 100 reported, 0 dropped
}
