//go:build !teleoff

package tele_test

import (
	"context"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// TestMonotonic wants moments of a reporter's own to fall where they belong among those of a scope.
func TestMonotonic(t *testing.T) {
	var r runtimetest.Recorder
	before := tele.Monotonic(time.Now())
	_, scope := runtimetest.New(&r).Start(context.Background(), "a")
	within := tele.Monotonic(time.Now())
	scope.End()
	after := tele.Monotonic(time.Now())
	m := r.Events()[0].Metadata
	if before <= 0 || before > m.StartMonotonic() || m.StartMonotonic() > within || within > m.EndMonotonic() || m.EndMonotonic() > after {
		t.Errorf("%v, start %v, %v, end %v, %v", before, m.StartMonotonic(), within, m.EndMonotonic(), after)
	}
}
