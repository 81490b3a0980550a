//go:build !teleoff

package sample_test

import (
	"fmt"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
	"github.com/teleinstr/teleinstr/runtime/sample"
)

// Any, All and Not put rules together: here, what was slow, but not the health check.
func ExampleAny() {
	recorder := new(runtimetest.Recorder)
	rule := sample.Any(sample.All(sample.Slow(time.Second), sample.Not(sample.Scopes("health"))), sample.Errors())
	reporter, err := sample.New(recorder, rule, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	reporter.RecordTiming("api.load", 2*time.Second, tele.Metadata{})
	reporter.RecordTiming("api.load", time.Millisecond, tele.Metadata{})
	reporter.RecordTiming("health", 2*time.Second, tele.Metadata{})
	for _, e := range recorder.Events() {
		fmt.Println(e.Scope)
	}
	fmt.Println("left out:", reporter.Dropped().Timings)
	// Output:
	// api.load
	// left out: 2
}
