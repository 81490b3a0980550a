//go:build !teleoff

package tele_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
)

func TestEndAll(t *testing.T) {
	telemetry, recorder := newRecorded()
	ctx, outer := telemetry.Start(context.Background(), "outer")
	_, inner := telemetry.Start(ctx, "inner")
	var none tele.Scope
	err := errors.New("late")
	func() {
		defer tele.EndAll(&outer, &none)
		defer tele.EndAllErr(&err, &none, &inner)
	}()
	var got []string
	for _, e := range recorder.Events() {
		got = append(got, e.Scope)
	}
	if want := []string{"outer.inner", "outer"}; !slices.Equal(got, want) {
		t.Errorf("ended %v, want %v", got, want)
	}
}

func TestSlot(t *testing.T) {
	telemetry, recorder := newRecorded()
	slot := tele.NewSlot()
	if slot == nil {
		t.Fatal("telemetry is on, but there is no slot")
	}
	for range 2 {
		ctx := slot.Set(telemetry.Start(context.Background(), "turn"))
		if slot.Context(nil) != ctx {
			t.Error("the slot has another context than Set returned")
		}
		slot.End()
		slot.EndErr(nil)
	}
	if n := len(recorder.Events()); n != 2 {
		t.Errorf("%d events, want one a turn", n)
	}
	var none *tele.Slot
	ctx := context.Background()
	none.Set(ctx, tele.Scope{})
	none.End()
	none.EndErr(nil)
	if none.Context(ctx) != ctx {
		t.Error("a nil slot has a context of its own")
	}
}
