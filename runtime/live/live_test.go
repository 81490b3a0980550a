//go:build !teleoff

package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/live"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

var pageNames = []string{"", "in-flight", "slowest", "errors", "metrics"}

// get asks for a page as a browser on this machine does.
func get(t *testing.T, view http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return do(view, request(http.MethodGet, path, ""))
}

func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, "http://localhost:6060"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:51234"
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func do(view http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	view.ServeHTTP(w, r)
	return w
}

// wantPages asks for all pages, and fails for those that cannot be shown.
func wantPages(t *testing.T, view http.Handler) {
	t.Helper()
	for _, name := range append(slices.Clone(pageNames), "?flat", "?sort=p95") {
		if w := get(t, view, "/debug/tele/"+name); w.Code != http.StatusOK || !strings.HasSuffix(w.Body.String(), "</html>\n") {
			t.Errorf("page %q: %d %.300s", name, w.Code, w.Body)
		}
	}
	w := get(t, view, "/debug/tele/json")
	if !json.Valid(w.Body.Bytes()) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("no JSON: %.1000s", w.Body)
	}
}

func TestConformance(t *testing.T) {
	for name, options := range map[string]*live.Options{"no options": nil, "bounds": {MaxNames: 1, MaxInFlight: 1}} {
		t.Run(name, func(t *testing.T) {
			runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
				view := live.New(options)
				t.Cleanup(func() {
					wantPages(t, view)
					if s := view.Snapshot(); len(s.InFlight) > 0 || s.Untracked != 0 {
						t.Errorf("in flight: %v, %d untracked", s.InFlight, s.Untracked)
					}
				})
				return view, nil
			})
		})
	}
}

func TestEmpty(t *testing.T) {
	wantPages(t, live.New(nil))
}

// work makes, in a bubble: plan twice, of 1 and 3 s, with load inside that takes half of it and fails the second time.
func work(telemetry *tele.Telemetry) {
	for i := range 2 {
		telemetry.Do(context.Background(), "plan", func(ctx context.Context) error {
			half := time.Duration(1+2*i) * time.Second / 2
			time.Sleep(half)
			return telemetry.Do(ctx, "load", func(ctx context.Context) error {
				time.Sleep(half)
				telemetry.Count(ctx, "rows", int64(10*i+5))
				telemetry.Gauge(ctx, "depth", float64(7-i))
				telemetry.Metric(ctx, "size", 250*time.Millisecond)
				telemetry.Metric(ctx, "state", "full")
				if i == 1 {
					return errors.New("no route")
				}
				return nil
			}, slog.Int("i", i))
		}, slog.String("tenant", "acme"))
	}
}

func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := live.New(nil)
		telemetry := runtimetest.New(view)
		ctx, open := telemetry.Start(context.Background(), "serve", slog.Int("port", 80))
		work(telemetry)
		_, inner := telemetry.Start(ctx, "accept")
		time.Sleep(4 * time.Second)
		s := view.Snapshot()
		inner.End()
		open.End()

		var lines []string
		for _, x := range s.Timings {
			lines = append(lines, fmt.Sprintf("%s in %q at %d: %d calls, %d errors, %d in flight, %.3f/s, total %.1f self %.1f mean %.2f min %.1f p50 %.1f p95 %.1f p99 %.1f max %.1f",
				x.Scope, x.ParentScope, x.Depth, x.Calls, x.Errors, x.InFlight, x.Rate, x.Total, x.Self, x.Mean, x.Min, x.P50, x.P95, x.P99, x.Max))
		}
		for _, x := range s.InFlight {
			lines = append(lines, fmt.Sprintf("in flight %s %v %v", x.Scope, x.Age, x.Attrs))
		}
		for _, x := range s.Slowest {
			lines = append(lines, fmt.Sprintf("slowest %s %v %v %q %v", x.Scope, x.Duration, x.Age, x.Error, x.Attrs))
		}
		for _, x := range s.Errors {
			lines = append(lines, fmt.Sprintf("error %s %v %q %v", x.Scope, x.Duration, x.Error, x.Attrs))
		}
		for _, x := range s.Metrics {
			line, _ := json.Marshal(x)
			lines = append(lines, string(line))
		}
		want := []string{
			`plan in "" at 0: 2 calls, 1 errors, 0 in flight, 0.250/s, total 4.0 self 2.0 mean 2.00 min 1.0 p50 1.0 p95 3.0 p99 3.0 max 3.0`,
			`plan.load in "plan" at 1: 2 calls, 1 errors, 0 in flight, 0.250/s, total 2.0 self 2.0 mean 1.00 min 0.5 p50 0.5 p95 1.5 p99 1.5 max 1.5`,
			`serve in "" at 0: 0 calls, 0 errors, 1 in flight, 0.000/s, total 0.0 self 0.0 mean 0.00 min 0.0 p50 0.0 p95 0.0 p99 0.0 max 0.0`,
			`serve.accept in "serve" at 1: 0 calls, 0 errors, 1 in flight, 0.000/s, total 0.0 self 0.0 mean 0.00 min 0.0 p50 0.0 p95 0.0 p99 0.0 max 0.0`,
			`in flight serve 8 [port=80]`,
			`in flight serve.accept 4 []`,
			`slowest plan 3 4 "no route" [tenant=acme]`,
			`slowest plan.load 1.5 4 "no route" [i=1]`,
			`slowest plan 1 7 "" [tenant=acme]`,
			`slowest plan.load 0.5 7 "" [i=0]`,
			`error plan 3 "no route" [tenant=acme]`,
			`error plan.load 1.5 "no route" [i=1]`,
			`{"scope":"plan.load.depth","parent_scope":"plan.load","depth":2,"metric_type":"gauge","count":2,"rate_per_s":0.25,"last":6,"sum":13,"min":6,"max":7}`,
			`{"scope":"plan.load.rows","parent_scope":"plan.load","depth":2,"metric_type":"counter","count":2,"rate_per_s":2.5,"sum":20}`,
			`{"scope":"plan.load.size","parent_scope":"plan.load","depth":2,"count":2,"rate_per_s":0.25,"last":0.25,"sum":0.5,"min":0.25,"max":0.25}`,
			`{"scope":"plan.load.state","parent_scope":"plan.load","depth":2,"count":2,"rate_per_s":0.25,"last":"full"}`,
		}
		for i := range max(len(want), len(lines)) {
			var got, wanted string
			if i < len(lines) {
				got = lines[i]
			}
			if i < len(want) {
				wanted = want[i]
			}
			if got != wanted {
				t.Errorf("got  %s\nwant %s", got, wanted)
			}
		}
		if s.Elapsed != 8 || s.Telemetry != "on" {
			t.Errorf("%v seconds, telemetry is %s", s.Elapsed, s.Telemetry)
		}
		if s := view.Snapshot(); len(s.InFlight) != 0 || s.Timings[0].Scope != "serve" {
			t.Errorf("after the last End: %+v", s)
		}
	})
}

// TestWindow makes 20 scopes in each of several halves of the window, of which the five slowest remain, for ten minutes.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := live.New(nil)
		telemetry := runtimetest.New(view)
		for range 7 {
			for i := range 20 {
				_, scope := telemetry.Start(context.Background(), "a")
				time.Sleep(time.Duration(1+i*7%20) * time.Second)
				scope.End()
			}
		}
		slowest := view.Snapshot().Slowest
		if len(slowest) < 5 || len(slowest) > 10 || slowest[0].Duration != 20 || slowest[4].Duration < 16 { // a half holds a whole round
			t.Errorf("slowest: %v", slowest)
		}
		for _, s := range slowest {
			if s.Age > live.Window.Seconds() {
				t.Errorf("%v s long, %v s ago", s.Duration, s.Age)
			}
		}
		time.Sleep(live.Window + time.Second)
		if slowest := view.Snapshot().Slowest; len(slowest) != 0 {
			t.Errorf("after the window: %v", slowest)
		}
	})
}

// TestErrorPace holds that the first five errors are kept, then no more than there is time for, and that all are counted.
func TestErrorPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := live.New(nil)
		telemetry := runtimetest.New(view)
		fail := func(n int) {
			telemetry.Do(context.Background(), "a", func(context.Context) error { return fmt.Errorf("error %d", n) })
		}
		for i := range 1000 {
			fail(i)
		}
		kept := func() (all []string) {
			for _, e := range view.Snapshot().Errors {
				all = append(all, e.Error)
			}
			slices.Sort(all)
			return all
		}
		if got := strings.Join(kept(), ", "); got != "error 0, error 1, error 2, error 3, error 4" {
			t.Error(got)
		}
		time.Sleep(10 * time.Millisecond)
		fail(5000)
		fail(6000)
		if got := strings.Join(kept(), ", "); got != "error 1, error 2, error 3, error 4, error 5000" {
			t.Error(got)
		}
		if n := view.Snapshot().Timings[0].Errors; n != 1002 {
			t.Errorf("%d errors counted", n)
		}
	})
}

func TestBounds(t *testing.T) {
	view := live.New(&live.Options{MaxNames: 2, MaxInFlight: 3})
	telemetry := runtimetest.New(view)
	var scopes []tele.Scope
	for i := range 5 {
		_, s := telemetry.Start(context.Background(), fmt.Sprintf("s%d", i)) //nolint:teleinstr // too many names are what this is about
		scopes = append(scopes, s)
	}
	if s := view.Snapshot(); len(s.InFlight) != 3 || s.Untracked != 2 {
		t.Errorf("%d in flight, %d untracked", len(s.InFlight), s.Untracked)
	}
	if page := get(t, view, "/in-flight").Body.String(); !strings.Contains(page, "2 more scopes are in flight") {
		t.Errorf("nothing about untracked scopes: %s", page)
	}
	for _, s := range scopes {
		s.End()
	}
	telemetry.Count(context.Background(), "c", 1)
	s := view.Snapshot()
	if len(s.InFlight) != 0 || s.Untracked != 0 || len(s.Timings) != 2 || len(s.Metrics) != 0 || s.Dropped != 4 {
		t.Errorf("%+v", s)
	}
	if page := get(t, view, "/").Body.String(); !strings.Contains(page, "4 events are not shown: there are more than 2 names") {
		t.Errorf("nothing about dropped events: %s", page)
	}
	view.Reset()
	telemetry.Count(context.Background(), "c", 1)
	if s := view.Snapshot(); len(s.Timings) != 0 || len(s.Metrics) != 1 || s.Dropped != 0 {
		t.Errorf("after Reset: %+v", s)
	}
}

// TestReset holds that scopes in flight stay, and are counted when they end.
func TestReset(t *testing.T) {
	view := live.New(nil)
	telemetry := runtimetest.New(view)
	ctx, outer := telemetry.Start(context.Background(), "outer.most")
	_, inner := telemetry.Start(ctx, "in")
	view.Reset()
	if s := view.Snapshot(); len(s.InFlight) != 2 || len(s.Timings) != 2 {
		t.Errorf("%+v", s)
	}
	inner.End()
	s := view.Snapshot()
	if len(s.Timings) != 2 || s.Timings[0].InFlight != 1 || s.Timings[1].ParentScope != "outer.most" || s.Timings[1].Calls != 1 {
		t.Errorf("%+v", s.Timings)
	}
	outer.End()
	if s := view.Snapshot(); len(s.InFlight) != 0 || s.Timings[0].Calls != 1 {
		t.Errorf("%+v", s)
	}
}

// A wrapping is a reporter that puts contexts of its own around those of others.
type wrapping struct{ runtimetest.Recorder }

func (*wrapping) StartScope(ctx context.Context, scope string, metadata tele.Metadata) context.Context {
	return context.WithValue(ctx, wrappingKey{}, scope)
}

type wrappingKey struct{}

// TestOtherContexts holds that a View finds its scopes in contexts of other reporters, among others' Telemetry, and without any.
func TestOtherContexts(t *testing.T) {
	first, second := live.New(nil), live.New(nil)
	telemetry := runtimetest.New(new(wrapping), first, new(wrapping), second, new(wrapping))
	ctx, a := telemetry.Start(context.Background(), "a")
	other := runtimetest.New(first)
	_, b := other.Start(ctx, "b")
	_, again := telemetry.StartRoot(ctx, "a")
	again.End()
	for view, want := range map[*live.View]string{first: "a, a.b", second: "a"} {
		var paths []string
		for _, s := range view.Snapshot().InFlight {
			paths = append(paths, s.Scope)
		}
		slices.Sort(paths)
		if got := strings.Join(paths, ", "); got != want {
			t.Errorf("in flight: %s, want %s", got, want)
		}
	}
	b.End()
	a.End()
	first.RecordTiming("untold", time.Second, tele.Metadata{})
	for _, view := range []*live.View{first, second} {
		if s := view.Snapshot(); len(s.InFlight) != 0 || s.Untracked != 0 || s.Timings[0].Calls == 0 {
			t.Errorf("%+v", s)
		}
	}
}

// TestFlatContexts holds that contexts do not grow with the depth of scopes, which would make looking them up slower.
func TestFlatContexts(t *testing.T) {
	telemetry := runtimetest.New(live.New(nil))
	ctx, scope := telemetry.Start(context.Background(), "a")
	shallow := len(fmt.Sprintf("%#v", scope.Context(ctx)))
	for range 10 {
		ctx, scope = telemetry.Start(ctx, "a")
	}
	if deep := len(fmt.Sprintf("%#v", scope.Context(ctx))); deep > 2*shallow {
		t.Errorf("a context of depth 10 is printed in %d bytes, one of depth 0 in %d", deep, shallow)
	}
}

// TestConcurrent has all there is done at once, for the race detector.
func TestConcurrent(t *testing.T) {
	view := live.New(&live.Options{MaxNames: 40, MaxInFlight: 10})
	telemetry := runtimetest.New(view)
	const workers, rounds = 8, 300
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range rounds {
				ctx, outer := telemetry.Start(context.Background(), "outer", slog.Any("p", &i))
				_, inner := telemetry.Start(ctx, fmt.Sprint("in", i%50), slog.Float64("f", math.Inf(1))) //nolint:teleinstr // too many names are what this is about
				telemetry.Gauge(ctx, "g", float64(i))
				telemetry.Count(ctx, "c", 1)
				err := errors.New("late")
				outer.EndErr(&err, slog.Int("w", w))
				inner.End()
			}
		})
	}
	group.Go(func() {
		for range 10 {
			wantPages(t, view)
		}
	})
	group.Wait()
	s := view.Snapshot()
	if len(s.InFlight) != 0 || s.Untracked != 0 {
		t.Errorf("%d in flight, %d untracked", len(s.InFlight), s.Untracked)
	}
	events := s.Dropped
	for _, x := range s.Timings {
		events += x.Calls
	}
	for _, x := range s.Metrics {
		events += x.Count
		if x.Type == "counter" && float64(*x.Sum) != workers*rounds {
			t.Errorf("%s: sum %v", x.Scope, *x.Sum)
		}
	}
	if events != workers*rounds*4 {
		t.Errorf("%d events, want %d", events, workers*rounds*4)
	}
}
