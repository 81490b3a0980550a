//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package tele_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// hook is a reporter that calls a function for each event.
type hook struct{ f func(scope string) }

func (h hook) RecordTiming(scope string, _ time.Duration, _ tele.Metadata) { h.f(scope) }
func (h hook) RecordMetric(scope string, _ slog.Value, _ tele.Metadata)    { h.f(scope) }

// captureLog makes the default logger write to the returned buffer for the length of the test.
func captureLog(t *testing.T) *lockedBuffer {
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	var b lockedBuffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, nil)))
	return &b
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.b.Reset()
	return b.b.String()
}

func wantLog(t *testing.T, log string, lines int, contains ...string) {
	t.Helper()
	if got := strings.Count(log, "\n"); got != lines {
		t.Errorf("%d lines in the log, want %d:\n%s", got, lines, log)
	}
	for _, s := range contains {
		if !strings.Contains(log, s) {
			t.Errorf("the log lacks %q:\n%s", s, log)
		}
	}
}

func TestReporterPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := captureLog(t)
		var before, after runtimetest.Recorder
		var nobody *runtimetest.Recorder
		telemetry := tele.New(&before, hook{func(string) { panic(errors.New("broken")) }}, nobody, &after)
		event := func() {
			_, scope := telemetry.Start(context.Background(), "a")
			scope.End()
			telemetry.Count(context.Background(), "n", 1)
		}
		event()
		wantLog(t, log.take(), 2, `reporter=tele_test.hook panic=broken at=`, "reporter_test.go:",
			"reporter=*runtimetest.Recorder", "nil pointer")
		for range 9 {
			event()
		}
		wantLog(t, log.take(), 0)
		time.Sleep(time.Minute)
		event()
		wantLog(t, log.take(), 2, "suppressed=19")
		time.Sleep(time.Minute)
		event()
		wantLog(t, log.take(), 2, "suppressed=1\n")
		if b, a := len(before.Events()), len(after.Events()); b != 24 || a != 24 {
			t.Errorf("the other reporters got %d and %d events of 24", b, a)
		}
	})
}

// What the log itself does wrong does not reach the caller either.
func TestLogPanics(t *testing.T) {
	captureLog(t)
	slog.SetDefault(slog.New(panickingHandler{}))
	telemetry := tele.New(hook{func(string) { panic(1) }})
	telemetry.Count(context.Background(), "n", 1)
}

type panickingHandler struct{ slog.Handler }

func (panickingHandler) Enabled(context.Context, slog.Level) bool { panic("handler") }

// A panic that unwinds the caller is the same one after reporters have panicked in its deferred calls.
func TestReporterPanicsDuringPanic(t *testing.T) {
	captureLog(t)
	telemetry := tele.New(hook{func(string) { panic("reporter") }})
	fail := errors.New("caller")
	defer func() {
		if v := recover(); v != fail {
			t.Errorf("recovered %v", v)
		}
	}()
	_, scope := telemetry.Start(context.Background(), "a")
	defer scope.End()
	panic(fail)
}

func TestReporterExitsGoroutine(t *testing.T) {
	log := captureLog(t)
	var after runtimetest.Recorder
	telemetry := tele.New(hook{func(string) { runtime.Goexit() }}, hook{func(string) { panic("too") }}, &after)
	returned, deferred := false, false
	var workers sync.WaitGroup
	workers.Go(func() {
		defer func() { deferred = true }()
		_, scope := telemetry.Start(context.Background(), "a")
		scope.End()
		returned = true
	})
	workers.Wait()
	if returned || !deferred {
		t.Errorf("returned %v, deferred calls run %v", returned, deferred)
	}
	if got := len(after.Events()); got != 1 {
		t.Errorf("the last reporter got %d events, want 1", got)
	}
	wantLog(t, log.take(), 2, "reporter ended the goroutine", "panic=too")
}

// A reporter that blocks holds up its caller and those after it, and nothing else.
func TestReporterBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		var after runtimetest.Recorder
		telemetry := tele.New(hook{func(scope string) {
			if scope == "slow" {
				<-release
			}
		}}, &after)
		go telemetry.Count(context.Background(), "slow", 1)
		synctest.Wait()
		telemetry.Count(context.Background(), "quick", 1)
		if got := scopes(&after); !slices.Equal(got, []string{"quick"}) {
			t.Errorf("while one event is held up, %q came through", got)
		}
		close(release)
		synctest.Wait()
		if got := scopes(&after); !slices.Equal(got, []string{"quick", "slow"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestReporterUsesTelemetry(t *testing.T) {
	var telemetry *tele.Telemetry
	var got []string
	telemetry = tele.New(hook{func(scope string) {
		if scope == "a" {
			telemetry.Count(context.Background(), "by.reporter", 1)
		}
		got = append(got, scope)
	}})
	_, scope := telemetry.Start(context.Background(), "a")
	scope.End()
	if want := []string{"by.reporter", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A reporter that is called again for each event it gets does not bring the program down.
func TestReporterRecurses(t *testing.T) {
	for name, event := range map[string]func(*tele.Telemetry){
		"timing": func(t *tele.Telemetry) { t.Time(context.Background(), "a")() },
		"metric": func(t *tele.Telemetry) { t.Count(context.Background(), "a", 1) },
		"both": func(t *tele.Telemetry) {
			t.Count(context.Background(), "a", 1)
			t.Time(context.Background(), "a")()
		},
	} {
		log := captureLog(t)
		var telemetry *tele.Telemetry
		var r runtimetest.Recorder
		telemetry = tele.New(hook{func(string) { event(telemetry) }}, &r)
		event(telemetry)
		wantLog(t, log.take(), 1, "telemetry: stopped: a reporter makes an event", "reporter_test.go:")
		before := len(r.Events())
		event(telemetry)
		if after := len(r.Events()); after != before {
			t.Errorf("%s: %d events after the end", name, after-before)
		}
	}
}

func TestEmptyName(t *testing.T) {
	out := runChild(t, "TestEmptyNameChild", "TELEINSTR_TELEMETRY=1", "TELE_TEST_EMPTY=1")
	wantLog(t, out, strings.Count(out, "\n"), "reporter_test.go:")
	if n := strings.Count(out, "empty name"); n != 1 {
		t.Errorf("%d entries in the log, want 1:\n%s", n, out)
	}
}

func TestEmptyNameChild(t *testing.T) {
	if !inChild("TELE_TEST_EMPTY") {
		t.Skip("run by TestEmptyName")
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(t.Output(), nil)))
	telemetry, r := newRecorded()
	ctx := context.Background()
	for range 3 {
		telemetry.Count(ctx, "", 1)
		inner, scope := telemetry.Start(ctx, "")
		if inner != ctx || scope != (tele.Scope{}) {
			t.Error("Start of an empty name returned a scope")
		}
		scope.End()
		telemetry.Time(ctx, "")()
		if err := telemetry.Do(ctx, "", func(context.Context) error { return context.Canceled }); err != context.Canceled {
			t.Errorf("Do returned %v", err)
		}
	}
	if got := scopes(r); got != nil {
		t.Errorf("reported %q", got)
	}
}

func TestPrintedContext(t *testing.T) {
	telemetry, _ := newRecorded()
	ctx, _ := telemetry.Start(context.Background(), "a")
	ctx, _ = telemetry.Start(ctx, "b")
	if got, want := fmt.Sprint(ctx), `context.Background.tele("a.b")`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
