//go:build !teleoff

package tele_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
)

func TestTry(t *testing.T) {
	var none []int
	for _, c := range []struct {
		f    func() any
		want string
	}{
		{func() any { return 7 }, "k=7"},
		{func() any { return nil }, "k=<nil>"},
		{func() any { return none[3] }, "k=!PANIC: runtime error: index out of range [3] with length 0"},
		{func() any { panic(errors.New("own")) }, "k=!PANIC: own"},
		{func() any { panic(badStringer{}) }, "k=!PANIC: %!v(PANIC=Error method: again)"},
	} {
		if got := tele.Try("k", c.f).String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

type badStringer struct{}

func (badStringer) Error() string { panic("again") }

func TestGuard(t *testing.T) {
	log := captureLog(t)
	telemetry, r := newRecorded()
	var nobody *struct{ n int64 }
	for range 3 {
		tele.Guard("rows", func() { telemetry.Count(context.Background(), "rows", nobody.n) })
		tele.Guard("rows", func() { telemetry.Count(context.Background(), "rows", 1) })
	}
	if got := len(r.Events()); got != 3 {
		t.Errorf("%d events, want 3", got)
	}
	wantLog(t, log.take(), 1, "metric=rows", "nil pointer", "evaluate_test.go:")
}

// In a deferred call during a panic, Try and Guard see to their own panics and leave the outer one alone.
func TestEvaluateDuringPanic(t *testing.T) {
	captureLog(t)
	fail := errors.New("outer")
	err := panicOf(func() {
		defer func() {
			a := tele.Try("k", func() any { return 1 })
			b := tele.Try("k", func() any { panic("inner") })
			tele.Guard("m", func() {})
			tele.Guard("m", func() { panic("inner") })
			if got := fmt.Sprint(a, b); got != "k=1 k=!PANIC: inner" {
				t.Errorf("got %s", got)
			}
		}()
		panic(fail)
	})
	if err != fail {
		t.Errorf("the outer panic became %v", err)
	}
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	n := 1_000_000
	if got := testing.AllocsPerRun(100, func() {
		tele.Guard("m", func() { n++ })
		tele.Try("k", func() any { n++; return true })
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
