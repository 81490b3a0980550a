//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package jsonl_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A writeFunc is a Writer.
type writeFunc func(p []byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

// An output may be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// logged makes text the place of the default logger's entries until the test ends.
func logged(t *testing.T) (text *strings.Builder) {
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	text = new(strings.Builder)
	slog.SetDefault(slog.New(slog.NewTextHandler(text, nil)))
	return text
}

func TestFlushInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out output
		r := jsonl.New(&out, &jsonl.Options{FlushInterval: time.Minute})
		telemetry := runtimetest.New(r)
		telemetry.Count(context.Background(), "n", 1)
		time.Sleep(59 * time.Second)
		telemetry.Count(context.Background(), "n", 1)
		synctest.Wait()
		if text := out.String(); text != "" {
			t.Errorf("written before its time: %s", text)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(readAll(t, out.String())); n != 2 {
			t.Errorf("%d events after the interval, want 2", n)
		}
		telemetry.Count(context.Background(), "n", 1)
		if err := r.Flush(context.Background()); err != nil || len(readAll(t, out.String())) != 3 {
			t.Errorf("after Flush: %v, %s", err, out.String())
		}
		for i := 0; len(out.String()) < 50_000; i++ { // many at a time are written before
			telemetry.Count(context.Background(), "n", 1)
			if synctest.Wait(); i > 1000 {
				t.Fatal("a full buffer is not written")
			}
		}
		r.Close(context.Background())
	})
}

// TestHungWriter wants the program to go on, and to come to its end.
func TestHungWriter(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		hung := make(chan bool)
		r := jsonl.New(writeFunc(func(p []byte) (int, error) {
			<-hung
			return out.Write(p)
		}), &jsonl.Options{Buffer: 1000})
		telemetry := runtimetest.New(r)
		start := time.Now()
		var workers sync.WaitGroup
		for range 10 {
			workers.Go(func() {
				for range 100 {
					telemetry.Count(context.Background(), "n", 1)
				}
			})
		}
		workers.Wait()
		if d := time.Since(start); d > 300*time.Millisecond {
			t.Errorf("the program has waited for %v", d)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := r.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("flush: %v", err)
		}
		err := r.Close(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("close: %v", err)
		}
		if want := fmt.Sprintf("%d events still wait to be written", 1000-r.Dropped()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("close: %v, want %s", err, want)
		}
		close(hung)
		if err := r.Close(context.Background()); err != nil {
			t.Errorf("the second close: %v", err)
		}
		events := readAll(t, out.String())
		if n := len(events); n < 2 || n > 20 || r.Dropped() != int64(1000-n) {
			t.Errorf("%d events, %d dropped", n, r.Dropped())
		}
		telemetry.Count(context.Background(), "late", 1)
		if n := len(events); r.Dropped() != int64(1000-n+1) {
			t.Errorf("after Close: %d dropped", r.Dropped())
		}
	})
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "buffer is full") {
		t.Errorf("the log reads:\n%s", log)
	}
}

// TestBufferShrinks wants the memory for what has piled up while nothing could be written not to be kept for good.
func TestBufferShrinks(t *testing.T) {
	logged(t)
	var hung sync.Mutex
	r := jsonl.New(writeFunc(func(p []byte) (int, error) {
		hung.Lock()
		defer hung.Unlock()
		return len(p), nil
	}), &jsonl.Options{Buffer: 32 << 20})
	telemetry := runtimetest.New(r)
	add := func(events int) {
		for range events {
			telemetry.Count(context.Background(), "n", 1, slog.String("text", strings.Repeat("x", 1<<10)))
		}
	}
	flush := func() {
		if err := r.Flush(context.Background()); err != nil {
			t.Error(err)
		}
	}
	add(2)
	flush()
	before := liveHeap()
	for range 2 { // there are two buffers
		hung.Lock()
		add(20_000)
		hung.Unlock()
		flush()
	}
	for range 4 {
		add(2)
		flush()
	}
	if more := int64(liveHeap()) - int64(before); more > 4<<20 {
		t.Errorf("%d bytes are kept", more)
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func liveHeap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// TestGap wants events that were dropped to leave a gap in the numbers.
func TestGap(t *testing.T) {
	logged(t)
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		hung := make(chan bool)
		r := jsonl.New(writeFunc(func(p []byte) (int, error) {
			<-hung
			return out.Write(p)
		}), &jsonl.Options{Buffer: 1000})
		telemetry := runtimetest.New(r)
		for range 100 {
			telemetry.Count(context.Background(), "n", 1)
		}
		close(hung)
		r.Flush(context.Background())
		telemetry.Count(context.Background(), "last", 1)
		r.Close(context.Background())
		events := readAll(t, out.String())
		if last := events[len(events)-1]; last.Seq != 101 || r.Dropped() != int64(101-len(events)) {
			t.Errorf("event %d after %d others, %d dropped", last.Seq, len(events)-1, r.Dropped())
		}
	})
}

// TestSlowWriter wants events to wait for a moment rather than to be lost.
func TestSlowWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := jsonl.New(writeFunc(func(p []byte) (int, error) {
			time.Sleep(30 * time.Millisecond)
			return out.Write(p)
		}), &jsonl.Options{Buffer: 1000})
		telemetry := runtimetest.New(r)
		for range 100 {
			telemetry.Count(context.Background(), "n", 1)
		}
		if err := r.Close(context.Background()); err != nil || r.Dropped() != 0 || len(readAll(t, out.String())) != 100 {
			t.Errorf("%v, %d dropped", err, r.Dropped())
		}
	})
}

// TestWriteErrors wants what comes after an error to be written, on lines of its own, and what is lost to be counted.
func TestWriteErrors(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		full := errors.New("disk full")
		writes := 0
		r := jsonl.New(writeFunc(func(p []byte) (int, error) {
			switch writes++; writes {
			case 3: // of the lines with the second and the third event
				n := bytes.IndexByte(p, '\n') + 20
				out.Write(p[:n])
				return n, full
			case 6:
				panic("broken")
			case 7:
				runtime.Goexit()
			case 8:
				return -5, nil
			case 9:
				return len(p) + 5, nil
			}
			return out.Write(p)
		}), nil)
		telemetry := runtimetest.New(r)
		flush := func(names ...string) error {
			for _, name := range names {
				telemetry.Count(context.Background(), name, 1)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
			defer cancel()
			return r.Flush(ctx)
		}
		if err := flush("first"); err != nil {
			t.Error(err)
		}
		if err := flush("second", "torn", "lost"); !errors.Is(err, full) || r.Dropped() != 2 || r.WriteErrors() != 1 {
			t.Errorf("%v, %d dropped, %d errors", err, r.Dropped(), r.WriteErrors())
		}
		if err := flush("after"); err != nil {
			t.Error(err)
		}
		if err := flush("panic"); err == nil || !strings.Contains(err.Error(), "panicked: broken") || r.Dropped() != 3 {
			t.Errorf("%v, %d dropped", err, r.Dropped())
		}
		if err := flush("goexit"); !errors.Is(err, context.DeadlineExceeded) || r.Dropped() != 4 {
			t.Errorf("%v, %d dropped", err, r.Dropped())
		}
		if err := flush("negative"); !errors.Is(err, io.ErrShortWrite) || r.Dropped() != 5 {
			t.Errorf("%v, %d dropped", err, r.Dropped())
		}
		if err := flush("too many"); err != nil || r.Dropped() != 5 {
			t.Errorf("%v, %d dropped", err, r.Dropped())
		}
		telemetry.Count(context.Background(), "last", 1)
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
		var got []string
		for e, err := range jsonl.Read(&out, nil) {
			var where *jsonl.LineError
			if errors.As(err, &where) && where.Line == 4 && errors.Is(err, jsonl.ErrTorn) {
				got = append(got, "error")
			} else if err != nil {
				t.Error(err)
			} else {
				got = append(got, fmt.Sprint(e.Seq, " ", e.Scope))
			}
		}
		if strings.Join(got, " ") != "1 first 2 second error 5 after 10 last" {
			t.Errorf("got %q", got)
		}
	})
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), `error="disk full" dropped=2`) {
		t.Errorf("the log reads:\n%s", log)
	}
}

// TestCutBeforeNewline wants a line that lacks no more than its newline not to count as dropped: it is there, whether another one comes
// after it or not.
func TestCutBeforeNewline(t *testing.T) {
	logged(t)
	var out bytes.Buffer
	full := errors.New("disk full")
	writes := 0
	r := jsonl.New(writeFunc(func(p []byte) (int, error) {
		switch writes++; writes {
		case 2: // of the first two events
			n, _ := out.Write(p[:bytes.IndexByte(p, '\n')])
			return n, full
		case 3: // of the third
			return 0, full
		case 5: // of the last, after that of an empty line
			n, _ := out.Write(p[:len(p)-1])
			return n, full
		}
		return out.Write(p)
	}), nil)
	telemetry := runtimetest.New(r)
	for _, names := range [][]string{{"whole", "lost"}, {"lost"}, {"last"}} {
		for _, name := range names {
			telemetry.Count(context.Background(), name, 1)
		}
		if err := r.Flush(context.Background()); !errors.Is(err, full) {
			t.Error(err)
		}
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	var got []string
	for _, e := range readAll(t, out.String()) {
		got = append(got, e.Scope)
	}
	if strings.Join(got, " ") != "whole last" || r.Dropped() != 2 {
		t.Errorf("%q can be read, and %d of 4 were dropped", got, r.Dropped())
	}
}

// TestHeaderFails wants the header to be written when it can be.
func TestHeaderFails(t *testing.T) {
	logged(t)
	for _, n := range []int{0, 7} {
		var out bytes.Buffer
		failed := false
		r := jsonl.New(writeFunc(func(p []byte) (int, error) {
			if !failed {
				failed = true
				return out.Write(p[:n])
			}
			return out.Write(p)
		}), nil)
		telemetry := runtimetest.New(r)
		telemetry.Count(context.Background(), "lost", 1)
		if err := r.Flush(context.Background()); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%v, want a short write", err)
		}
		telemetry.Count(context.Background(), "rescued", 1)
		r.Close(context.Background())
		var events []jsonl.Event
		for e, err := range jsonl.Read(&out, nil) {
			if err == nil {
				events = append(events, e)
			} else if !errors.Is(err, jsonl.ErrTorn) {
				t.Error(err)
			}
		}
		if len(events) != 1 || events[0].Scope != "rescued" || events[0].Stream.PID == 0 || r.Dropped() != 1 {
			t.Errorf("%d bytes: %+v, %d dropped", n, events, r.Dropped())
		}
	}
}

// TestEventsOfTheWriter wants a Writer that makes events itself not to wait for itself, nor Close to wait for all of them.
func TestEventsOfTheWriter(t *testing.T) {
	logged(t)
	synctest.Test(t, func(t *testing.T) {
		var telemetry *tele.Telemetry
		var out bytes.Buffer
		r := jsonl.New(writeFunc(func(p []byte) (int, error) {
			telemetry.Count(context.Background(), "writes", 1)
			telemetry.Count(context.Background(), "writes", 1)
			return out.Write(p)
		}), &jsonl.Options{Buffer: 100})
		telemetry = runtimetest.New(r)
		telemetry.Count(context.Background(), "n", 1)
		time.Sleep(time.Minute)
		if err := r.Close(context.Background()); err != nil || len(readAll(t, out.String())) < 2 {
			t.Errorf("%v, %s", err, &out)
		}
	})
}

// TestConcurrentClose counts every event of many goroutines as written or dropped, also while the Reporter is closed.
func TestConcurrentClose(t *testing.T) {
	logged(t)
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			r := jsonl.New(&out, &jsonl.Options{Buffer: 5000})
			telemetry := runtimetest.New(r)
			for range 8 {
				go func() {
					for range 100 {
						telemetry.Count(context.Background(), "n", 1)
					}
				}()
			}
			runtime.Gosched()
			for range 2 {
				go r.Close(context.Background())
			}
			if err := r.Close(context.Background()); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if got := int64(len(readAll(t, out.String()))) + r.Dropped(); got != 800 {
				t.Errorf("%d events accounted for, want 800", got)
			}
		})
	}
}
