//go:build !teleoff

package tele_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// works start a scope in each of the forms that code is generated in, and run f in it.
var works = map[string]func(t *tele.Telemetry, f func()) error{
	"End": func(t *tele.Telemetry, f func()) error {
		if t.Enabled() {
			_, scope := t.Start(context.Background(), "work")
			defer scope.End()
		}
		f()
		return nil
	},
	"EndErr": func(t *tele.Telemetry, f func()) (err error) {
		if t.Enabled() {
			_, scope := t.Start(context.Background(), "work", tele.Int("n", 1))
			defer scope.EndErr(&err)
		}
		f()
		return nil
	},
	"closure": func(t *tele.Telemetry, f func()) (err error) {
		if t.Enabled() {
			_, scope := t.Start(context.Background(), "work")
			defer func() { scope.EndErr(&err, tele.Bool("end", true)) }()
		}
		f()
		return nil
	},
	"Time": func(t *tele.Telemetry, f func()) error {
		defer t.Time(context.Background(), "work")()
		f()
		return nil
	},
	"Do": func(t *tele.Telemetry, f func()) error {
		return t.Do(context.Background(), "work", func(context.Context) error {
			f()
			return nil
		})
	},
	"recovered": func(t *tele.Telemetry, f func()) (err error) {
		_, scope := t.Start(context.Background(), "work")
		defer scope.End()
		defer func() {
			if recover() != nil {
				err = errors.New("recovered")
			}
		}()
		f()
		return nil
	},
	"loop": func(t *tele.Telemetry, f func()) error {
		for range 2 { // the deferred call is not compiled in place
			_, scope := t.Start(context.Background(), "work")
			defer scope.End()
		}
		f()
		return nil
	},
}

// how runs a work whose function comes to its end in the way of f, in a goroutine of its own.
func how(work func(*tele.Telemetry, func()) error, t *tele.Telemetry, f func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		work(t, f)
	}()
	<-done
}

func outcomes(r *runtimetest.Recorder) (all []string) {
	for _, e := range r.Events() {
		value, _ := e.Attr("outcome")
		all = append(all, value.String())
	}
	return all
}

func TestOutcome(t *testing.T) {
	var nobody *struct{ n int }
	for name, work := range works {
		for _, c := range []struct {
			end  string
			f    func()
			want string
		}{
			{"return", func() {}, "<nil>"},
			{"panic", func() { panic("x") }, "panic"},
			{"runtime error", func() { nobody.n++ }, "panic"},
			{"goexit", func() { runtime.Goexit() }, "goexit"},
		} {
			want := c.want
			if name == "recovered" && want == "panic" {
				want = "<nil>"
			}
			telemetry, r := newRecorded()
			how(work, telemetry.WithOutcome(), c.f)
			for _, got := range outcomes(r) {
				if got != want {
					t.Errorf("%s, %s: outcome %s, want %s", name, c.end, got, want)
				}
			}
			for _, e := range r.Events() {
				if got := e.Metadata.Panicked(); got != (want == "panic") {
					t.Errorf("%s, %s: panicked: %v", name, c.end, got)
				}
			}
			if len(r.Events()) == 0 {
				t.Errorf("%s, %s: not reported", name, c.end)
			}
		}
	}
}

// A function that returns while a panic unwinds its callers has returned.
func TestOutcomeOfCleanup(t *testing.T) {
	for name, work := range works {
		telemetry, r := newRecorded()
		how(func(t *tele.Telemetry, _ func()) error {
			defer work(t, func() {})
			defer func() { work(t, func() {}) }()
			panic("x")
		}, telemetry.WithOutcome(), nil)
		for _, got := range outcomes(r) {
			if got != "<nil>" {
				t.Errorf("%s: outcome %s", name, got)
			}
		}
	}
}

func TestOutcomeIsOffByDefault(t *testing.T) {
	telemetry, r := newRecorded()
	how(works["EndErr"], telemetry, func() { panic("x") })
	if got := fmt.Sprint(r.Events()[0].Metadata.Attrs()); got != "[n=1]" {
		t.Errorf("got %s", got)
	}
	if (*tele.Telemetry)(nil).WithOutcome() != nil {
		t.Error("the no-op is no longer one")
	}
}

// The value of a panic, and what recovers it, are those of the program without telemetry.
func TestOutcomeRecoversNothing(t *testing.T) {
	telemetry, _ := newRecorded()
	fail := errors.New("fail")
	for name, work := range works {
		err := panicOf(func() { work(telemetry.WithOutcome(), func() { panic(fail) }) })
		if err != fail && name != "recovered" {
			t.Errorf("%s: recovered %v", name, err)
		}
	}
}
