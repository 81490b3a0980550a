//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package simple_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

func Example() {
	reporter := simple.New(nil)
	telemetry := tele.New(reporter) // enabled if the program was started with TELEINSTR_TELEMETRY=1

	ctx, scope := telemetry.Start(context.Background(), "ingest")
	telemetry.Count(ctx, "rows", 12)
	scope.End()

	reporter.WriteReport(os.Stderr)
	json.NewEncoder(os.Stdout).Encode(reporter.Snapshot())
	reporter.Reset()
}

// ingest makes events with known times, by the clock of a synctest bubble.
func ingest(telemetry *tele.Telemetry) {
	ctx, run := telemetry.Start(context.Background(), "ingest")
	for i, d := range []time.Duration{1500 * time.Microsecond, 2 * time.Second, 999} {
		telemetry.Do(ctx, "read.file", func(ctx context.Context) error {
			time.Sleep(d)
			telemetry.Count(ctx, "rows", int64(10*i))
			if i == 2 {
				return errors.New("truncated")
			}
			return nil
		})
	}
	time.Sleep(time.Millisecond)
	telemetry.Gauge(ctx, "queue.depth", 2.5)
	telemetry.Metric(ctx, "\x1b[31mred", []string{"a", "b"})
	telemetry.Metric(ctx, "state", "a\nb")
	open, _ := telemetry.Start(ctx, "open")
	telemetry.Time(open, "inner")()
	run.End()
}

func TestReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := simple.New(nil)
		ingest(runtimetest.New(r))
		const want = `
scope            calls  errors  total      mean  self    min  max
ingest               1       0     2s        2s   1ms     2s   2s
  read.file          3       1     2s  667.17ms    2s  999ns   2s
  open       not ended
    inner            1       0     0s        0s    0s     0s   0s

metric                    type  count       last  sum
"ingest.\x1b[31mred"         -      1  ["a","b"]    -
ingest.queue.depth       gauge      1        2.5  2.5
ingest.read.file.rows  counter      3         20   30
ingest.state                 -      1     "a\nb"    -
`
		var got strings.Builder
		if err := r.WriteReport(&got); err != nil {
			t.Fatal(err)
		}
		if "\n"+got.String() != want {
			t.Errorf("got:\n%s", got.String())
		}
		r.Reset()
		got.Reset()
		if r.WriteReport(&got); got.String() != "no events\n" {
			t.Errorf("after a reset: %s", got.String())
		}
	})
}

func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := simple.New(nil)
		telemetry := runtimetest.New(r)
		_, scope := telemetry.Start(context.Background(), "a")
		time.Sleep(2 * time.Second)
		telemetry.Gauge(scope.Context(context.Background()), "g", math.Inf(1))
		telemetry.Metric(context.Background(), "d", time.Second)
		scope.End()
		const want = `{"timings":[{"scope":"a","depth":0,"calls":1,"errors":0,"total_s":2,"mean_s":2,"self_s":2,"min_s":2,"max_s":2}],` +
			`"metrics":[{"scope":"a.g","parent_scope":"a","depth":1,"metric_type":"gauge","count":1,"last":"+Inf","sum":"+Inf"},` +
			`{"scope":"d","depth":0,"count":1,"last":"1s","sum":1}],"dropped":0}`
		if got, err := json.Marshal(r.Snapshot()); err != nil || string(got) != want {
			t.Errorf("got %s, %v", got, err)
		}
	})
}

// TestEndlessValue holds that a value which contains itself, of which package fmt never comes to the end, does not end the program.
func TestEndlessValue(t *testing.T) {
	r := simple.New(nil)
	endless := map[string]any{}
	endless["self"] = endless
	runtimetest.New(r).Metric(context.Background(), "m", endless)
	if last := r.Snapshot().Metrics[0].Last; !strings.HasPrefix(last.(string), "!ERROR: ") {
		t.Errorf("got %v", last)
	}
}

// b.c in a and c in a.b are one path. It stands below the deeper parent, whichever is seen first.
func TestPathOfTwoParents(t *testing.T) {
	for _, names := range [][]string{{"a", "b.c", "a.b", "c"}, {"a.b", "c", "a", "b.c"}} {
		r := simple.New(nil)
		telemetry := runtimetest.New(r)
		for ; len(names) > 0; names = names[2:] {
			ctx, _ := telemetry.Start(context.Background(), names[0])
			telemetry.Time(ctx, names[1])()
		}
		timings := r.Snapshot().Timings
		got := timings[len(timings)-1]
		if got.Scope != "a.b.c" || got.ParentScope != "a.b" || got.Calls != 2 {
			t.Errorf("got %+v", got)
		}
	}
}

// A path that was cut is the path of its parent as well.
func TestCutPaths(t *testing.T) {
	r := simple.New(nil)
	telemetry := runtimetest.New(r)
	ctx := context.Background()
	var scopes []tele.Scope
	for range 3 {
		inner, scope := telemetry.Start(ctx, strings.Repeat("x", 6000))
		ctx, scopes = inner, append(scopes, scope)
	}
	for _, scope := range scopes {
		scope.End()
	}
	if got := len(r.Snapshot().Timings); got != 2 {
		t.Errorf("%d paths, want 2", got)
	}
}

func TestBounds(t *testing.T) {
	r := simple.New(&simple.Options{MaxNames: 3})
	telemetry := runtimetest.New(r)
	for i := range 5 {
		telemetry.Time(context.Background(), fmt.Sprint("s", i))()
		telemetry.Count(context.Background(), fmt.Sprint("m", i), 1)
	}
	telemetry.Metric(context.Background(), "m0", strings.Repeat("x", 1e6))
	telemetry.Time(context.Background(), "s0")()
	s := r.Snapshot()
	if len(s.Timings) != 2 || len(s.Metrics) != 1 || s.Dropped != 8 {
		t.Errorf("%d timings, %d metrics, %d dropped", len(s.Timings), len(s.Metrics), s.Dropped)
	}
	var report strings.Builder
	r.WriteReport(&report)
	if !strings.Contains(report.String(), "\n8 events dropped: there are more than 3 names\n") {
		t.Errorf("the report does not tell:\n%s", report.String())
	}
	if r.Reset(); r.Snapshot().Dropped != 0 {
		t.Error("Reset leaves the number of dropped events")
	}
}

// Scopes side by side may add up to more than the one around them.
func TestSelfOfConcurrentScopes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := simple.New(nil)
		telemetry := runtimetest.New(r)
		ctx, outer := telemetry.Start(context.Background(), "a")
		for range 3 {
			go func() {
				defer telemetry.Time(ctx, "b")()
				time.Sleep(time.Second)
			}()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		outer.End()
		timings := r.Snapshot().Timings
		if timings[0].Self != 0 || timings[0].Total != 1 || timings[1].Self != 3 {
			t.Errorf("got %+v", timings)
		}
	})
}

// What is kept of a value is its text at the time, at most a line of it.
func TestValuesAreFrozen(t *testing.T) {
	r := simple.New(nil)
	telemetry := runtimetest.New(r)
	numbers := []int{1}
	telemetry.Metric(context.Background(), "slice", numbers)
	numbers[0] = 2
	telemetry.Metric(context.Background(), "valuer", valuer{})
	telemetry.Metric(context.Background(), "long", strings.Repeat("é", 1e6))
	for _, m := range r.Snapshot().Metrics {
		switch last := m.Last.(type) {
		case string:
			if m.Scope == "slice" && last != "[1]" || m.Scope == "long" && len(last) > 210 {
				t.Errorf("%s: %d bytes, %.20s", m.Scope, len(last), last)
			}
		default:
			if m.Scope != "valuer" || last != int64(7) {
				t.Errorf("%s: %v", m.Scope, last)
			}
		}
	}
}

type valuer struct{}

func (valuer) LogValue() slog.Value { return slog.IntValue(7) }

func TestConcurrentUse(t *testing.T) {
	r := simple.New(nil)
	telemetry := runtimetest.New(r)
	var workers sync.WaitGroup
	for range 50 {
		workers.Go(func() {
			ctx, scope := telemetry.Start(context.Background(), "a")
			telemetry.Count(ctx, "n", 2)
			r.Snapshot()
			scope.End()
		})
	}
	workers.Wait()
	s := r.Snapshot()
	if s.Timings[0].Calls != 50 || *s.Metrics[0].Sum != 100 {
		t.Errorf("got %+v", s)
	}
}
