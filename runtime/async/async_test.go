//go:build !teleoff

package async_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/async"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// slow is a reporter that waits before it remembers an event, and misbehaves at events of certain names.
type slow struct {
	runtimetest.Recorder
}

func (s *slow) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	time.Sleep(time.Second)
	s.Recorder.RecordTiming(scope, duration, metadata)
}

func (s *slow) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	time.Sleep(time.Second)
	switch scope {
	case "panic":
		panic("broken")
	case "goexit":
		runtime.Goexit()
	}
	s.Recorder.RecordMetric(scope, value, metadata)
}

func (s *slow) names() (names []string) {
	for _, e := range s.Events() {
		names = append(names, e.Scope)
	}
	return names
}

func TestCallerDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to slow
		r := async.New(&to, nil)
		telemetry := runtimetest.New(r)
		start := time.Now()
		ctx, scope := telemetry.Start(context.Background(), "a", tele.Int("n", 1))
		telemetry.Count(ctx, "c", 1)
		scope.End()
		if d := time.Since(start); d != 0 {
			t.Errorf("the caller waited for %v", d)
		}
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if got, want := to.names(), []string{"a.c", "a"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if n, _ := to.Events()[1].Attr("n"); n.Int64() != 1 {
			t.Errorf("metadata did not arrive: n=%v", n)
		}
	})
}

func TestFullBufferDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to slow
		r := async.New(&to, &async.Options{Buffer: 3})
		telemetry := runtimetest.New(r)
		for i := range 10 {
			telemetry.Count(context.Background(), fmt.Sprint("n", i), 1)
			if i == 0 {
				synctest.Wait() // until the first is being handed on
			}
		}
		if got := r.Dropped(); got != 6 {
			t.Errorf("%d dropped, want 6", got)
		}
		r.Close(context.Background())
		if got, want := to.names(), []string{"n0", "n1", "n2", "n3"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		telemetry.Count(context.Background(), "late", 1)
		if got := r.Dropped(); got != 7 || len(to.Events()) != 4 {
			t.Errorf("after Close: %d dropped, %d events", got, len(to.Events()))
		}
	})
}

func TestCloseWithDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to slow
		r := async.New(&to, nil)
		telemetry := runtimetest.New(r)
		for range 5 {
			telemetry.Count(context.Background(), "n", 1)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2500*time.Millisecond)
		defer cancel()
		err := r.Close(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "2 events") {
			t.Errorf("got %v", err)
		}
		if err := r.Close(context.Background()); err != nil || len(to.Events()) != 5 {
			t.Errorf("the second time: %v, %d events", err, len(to.Events()))
		}
		for range 20 {
			if err := r.Close(ctx); err != nil {
				t.Errorf("with nothing left to do: %v", err)
			}
		}
	})
}

// A program that goes on making events does not keep Close from coming to its end.
func TestEventsDuringClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to slow
		r := async.New(&to, nil)
		telemetry := runtimetest.New(r)
		telemetry.Count(context.Background(), "first", 1)
		telemetry.Count(context.Background(), "second", 1)
		go r.Close(context.Background())
		synctest.Wait()
		telemetry.Count(context.Background(), "late", 1)
		r.Close(context.Background())
		if got, want := to.names(), []string{"first", "second"}; !slices.Equal(got, want) || r.Dropped() != 1 {
			t.Errorf("got %q and %d dropped, want %q", got, r.Dropped(), want)
		}
	})
}

func TestReporterFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := slog.Default()
		defer slog.SetDefault(before)
		var log strings.Builder
		slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
		var to slow
		r := async.New(&to, nil)
		telemetry := runtimetest.New(r)
		for _, name := range []string{"panic", "a", "goexit", "panic", "b"} {
			telemetry.Count(context.Background(), name, 1)
		}
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if got, want := to.names(), []string{"a", "b"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "reporter=*async_test.slow panic=broken") {
			t.Errorf("the log reads:\n%s", log.String())
		}
	})
}

// Every event of many goroutines is either handed on or counted, also while the reporter is closed.
func TestNothingIsLost(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			var to runtimetest.Recorder
			r := async.New(&to, &async.Options{Buffer: 64})
			telemetry := runtimetest.New(r)
			for range 8 {
				go func() {
					for range 100 {
						telemetry.Count(context.Background(), "n", 1)
					}
				}()
			}
			runtime.Gosched()
			if err := r.Close(context.Background()); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if got := int64(len(to.Events())) + r.Dropped(); got != 800 {
				t.Errorf("%d events accounted for, want 800", got)
			}
		})
	}
}
