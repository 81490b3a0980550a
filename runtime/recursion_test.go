//go:build !teleoff

package tele

import (
	"context"
	"testing"
	"time"
)

// nesting is a reporter that makes events for each other, up to a depth, and then has the stack looked at.
type nesting struct {
	noReporter
	telemetry *Telemetry
	depth     int
}

func (n *nesting) RecordTiming(string, time.Duration, Metadata) {
	n.depth--
	if n.depth > 0 {
		n.telemetry.Time(context.Background(), "inner")()
	} else {
		n.telemetry.checkRecursion()
	}
}

func TestSomeNestingIsMeant(t *testing.T) {
	muteLog(t)
	for depth, stopped := range map[int]bool{1: false, maxNested: false, maxNested + 1: true} {
		r := &nesting{depth: depth}
		r.telemetry = newEnabled(r)
		r.telemetry.Time(context.Background(), "outer")()
		if got := r.telemetry.stopped.Load(); got != stopped {
			t.Errorf("at depth %d stopped is %v", depth, got)
		}
	}
}
