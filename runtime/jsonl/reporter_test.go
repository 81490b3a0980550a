//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package jsonl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "events.jsonl")

	reporter, err := jsonl.Open(name, &jsonl.Options{MaxBytes: 64 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	telemetry := runtimetest.New(reporter) // tele.New in a program
	ctx, scope := telemetry.Start(context.Background(), "ingest", slog.String("file", "a.log"))
	telemetry.Count(ctx, "rows", 12)
	scope.End()
	if err := reporter.Close(context.Background()); err != nil {
		fmt.Println(err)
	}

	file, err := os.Open(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	for event, err := range jsonl.Read(file, nil) {
		switch {
		case err != nil:
			fmt.Println(name, err)
		case event.Timing:
			fmt.Println(event.Seq, event.Scope, event.Attrs, "is scope", event.ID)
		default:
			fmt.Println(event.Seq, event.Scope, event.Value, "in scope", event.ParentID)
		}
	}
	// Output:
	// 1 ingest.rows 12 in scope 1
	// 2 ingest [file=a.log] is scope 1
}

// recorded returns the events of what make makes, and the text.
func recorded(t testing.TB, make func(*tele.Telemetry)) (events []jsonl.Event, text string) {
	t.Helper()
	var out bytes.Buffer
	r := jsonl.New(&out, &jsonl.Options{Buffer: 64 << 20})
	make(runtimetest.New(r))
	if err := r.Close(context.Background()); err != nil || r.Dropped() != 0 || r.WriteErrors() != 0 {
		t.Errorf("close: %v, %d dropped, %d errors", err, r.Dropped(), r.WriteErrors())
	}
	return readAll(t, out.String()), out.String()
}

func readAll(t testing.TB, text string) (events []jsonl.Event) {
	t.Helper()
	for e, err := range jsonl.Read(strings.NewReader(text), nil) {
		if err != nil {
			t.Errorf("%v in\n%.2000s", err, text)
		}
		events = append(events, e)
	}
	return events
}

// TestConformance runs the conformance suite on the lines as package encoding/json has them, headers left out.
func TestConformance(t *testing.T) {
	runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
		name := filepath.Join(t.TempDir(), "events.jsonl")
		r, err := jsonl.Open(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close(context.Background()) })
		return r, func() (events []map[string]any) {
			if err := r.Close(context.Background()); err != nil || r.Dropped() != 0 {
				t.Errorf("%v, %d dropped", err, r.Dropped())
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			readAll(t, string(text))
			for line := range bytes.Lines(text) {
				if event := flat(t, line); event["type"] != "stream" {
					events = append(events, event)
				}
			}
			return events
		}
	})
}

// flat returns a line with its attributes beside the keys that are not the user's.
func flat(t *testing.T, line []byte) map[string]any {
	var event map[string]any
	if err := json.Unmarshal(line, &event); err != nil {
		t.Fatalf("%v: %.1000s", err, line)
	}
	attrs, _ := event["attrs"].(map[string]any)
	for k, v := range attrs {
		if _, ours := event[k]; !ours && k != "parent_scope" && k != "metric_type" {
			event[k] = v
		}
	}
	return event
}

// TestKeys wants built-in metadata to have the keys of Metadata.All, in that order.
func TestKeys(t *testing.T) {
	var recorder runtimetest.Recorder
	make := func(telemetry *tele.Telemetry) {
		ctx, outer := telemetry.Start(context.Background(), "a")
		telemetry.Time(ctx, "b")()
		telemetry.Gauge(ctx, "g", 1)
		telemetry.Metric(ctx, "m", 1)
		outer.End()
	}
	make(runtimetest.New(&recorder))
	_, text := recorded(t, make)
	lines := strings.Split(text, "\n")[1:]
	for i, e := range recorder.Events() {
		at := 0
		for a := range e.Metadata.All() {
			next := strings.Index(lines[i][at:], `"`+a.Key+`":`)
			if next < 0 {
				t.Fatalf("no %s, or not in order, in %s", a.Key, lines[i])
			}
			at += next
		}
	}
}

func TestEvents(t *testing.T) {
	before := time.Now()
	events, _ := recorded(t, func(telemetry *tele.Telemetry) {
		ctx, outer := telemetry.Start(context.Background(), "a", slog.Int("n", 1))
		_, inner := telemetry.Start(ctx, "b")
		telemetry.Gauge(ctx, "g", 2.5, slog.Group("at", "x", 1, "y", "z"))
		err := errors.New("no route")
		inner.EndErr(&err)
		outer.End(slog.Int("n", 2))
	})
	after := time.Now()
	gauge, inner, outer := events[0], events[1], events[2]
	if gauge.Timing || gauge.Scope != "a.g" || gauge.Value.Float64() != 2.5 || gauge.MetricType != "gauge" || gauge.Seq != 1 || gauge.ID != 0 {
		t.Errorf("got %+v", gauge)
	}
	if got := fmt.Sprint(gauge.Attrs); got != "[at=[x=1 y=z]]" {
		t.Errorf("attributes %s", got)
	}
	if !inner.Timing || inner.Scope != "a.b" || inner.ParentScope != "a" || inner.Depth != 1 || inner.CallCount != 1 || fmt.Sprint(inner.Attrs) != "[error=no route]" {
		t.Errorf("got %+v", inner)
	}
	if fmt.Sprint(outer.Attrs) != "[n#1=1 n=2]" || outer.ParentScope != "" {
		t.Errorf("got %+v", outer)
	}
	if outer.ID != 1 || outer.ParentID != 0 || inner.ID != 2 || inner.ParentID != 1 || gauge.ParentID != 1 {
		t.Errorf("ids: %d in %d, %d in %d, metric in %d", outer.ID, outer.ParentID, inner.ID, inner.ParentID, gauge.ParentID)
	}
	for _, moment := range []time.Time{outer.StartWallTime, inner.StartWallTime, gauge.StartWallTime, inner.EndWallTime, outer.EndWallTime} {
		if moment.Before(before) || moment.After(after.Add(time.Second)) {
			t.Errorf("%v is not between %v and %v", moment, before, after)
		}
		before = moment.Add(-time.Second) // for the wall clock may be set
	}
	if outer.StartMonotonic > inner.StartMonotonic || inner.StartMonotonic > gauge.StartMonotonic || gauge.EndMonotonic > inner.EndMonotonic ||
		inner.EndMonotonic > outer.EndMonotonic || inner.StartMonotonic+inner.Duration != inner.EndMonotonic {
		t.Errorf("times: %+v", events)
	}
	s := outer.Stream
	if s != gauge.Stream || s.PID != os.Getpid() || s.Program == "" || len(s.Name) != 12 || s.WallTime.Add(-s.Monotonic) != s.ProcessStart ||
		s.ProcessStart.After(outer.StartWallTime) {
		t.Errorf("stream %+v", s)
	}
}

// TestAttributesOfAnyName wants attributes with the names of keys to be lost neither to those nor to each other.
func TestAttributesOfAnyName(t *testing.T) {
	events, _ := recorded(t, func(telemetry *tele.Telemetry) {
		_, scope := telemetry.Start(context.Background(), "a", slog.String("scope", "x"), slog.Int("id", 7), slog.Int("depth", 9))
		scope.End(slog.String("scope", "y"), slog.String("attrs", "z"), slog.String("type", "none"))
	})
	if got := fmt.Sprint(events[0].Attrs); got != "[scope#1=x id=7 depth=9 scope=y attrs=z type=none]" || events[0].Scope != "a" || events[0].Depth != 0 {
		t.Errorf("got %s of %+v", got, events[0])
	}
}

type userKey struct{}

// TestParents wants to find the scope around, whatever lies between.
func TestParents(t *testing.T) {
	var other runtimetest.Recorder
	events, _ := recorded(t, func(telemetry *tele.Telemetry) {
		foreign := runtimetest.New(&other)
		ctx, a := telemetry.Start(context.Background(), "a")
		between, f := foreign.Start(context.WithValue(ctx, userKey{}, "v"), "f")
		telemetry.Count(between, "in_a", 1)
		_, b := telemetry.Start(between, "b")
		telemetry.Count(b.Context(ctx), "in_b", 1)
		_, root := telemetry.StartRoot(ctx, "root")
		telemetry.Count(root.Context(ctx), "in_root", 1)
		elsewhere, g := foreign.StartRoot(ctx, "ag")
		telemetry.Count(elsewhere, "in_none", 1)
		telemetry.Count(context.Background(), "in_none", 1)
		for _, s := range []tele.Scope{a, f, b, root, g} { // out of order
			s.End()
		}
	})
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprintf("%s %d/%d", e.Scope, e.ID, e.ParentID))
	}
	want := []string{"a.f.in_a 0/1", "a.f.b.in_b 0/2", "root.in_root 0/3", "ag.in_none 0/0", "in_none 0/0", "a 1/0", "a.f.b 2/1", "root 3/0"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestNotToldOfStart wants a scope that the Reporter was not told of to have no id, rather than that of another.
func TestNotToldOfStart(t *testing.T) {
	var out bytes.Buffer
	r := jsonl.New(&out, nil)
	ctx, a := runtimetest.New(r).Start(context.Background(), "a")
	hidden := runtimetest.New(struct{ tele.Reporter }{r}, jsonl.New(io.Discard, nil))
	_, b := hidden.Start(ctx, "b")
	b.End()
	a.End()
	r.Close(context.Background())
	if events := readAll(t, out.String()); events[0].ID != 0 || events[1].ID != 1 {
		t.Errorf("got %+v", events)
	}
}

// TestDeepScopes wants paths that were cut, which are those of their parents, to be told apart by their ids.
func TestDeepScopes(t *testing.T) {
	events, _ := recorded(t, func(telemetry *tele.Telemetry) {
		ctx := context.Background()
		var scopes []tele.Scope
		for range 1000 {
			inner, s := telemetry.Start(ctx, "recursion")
			ctx, scopes = inner, append(scopes, s)
		}
		for _, s := range scopes {
			s.End()
		}
	})
	for i, e := range events {
		if e.ID != uint64(i+1) || e.ParentID != uint64(i) {
			t.Fatalf("scope %d has id %d, parent %d", i, e.ID, e.ParentID)
		}
	}
}

// A brokenContext panics when it is asked for a value of a key it does not know.
type brokenContext struct{ context.Context }

func (brokenContext) Value(key any) any {
	if fmt.Sprintf("%T", key) == "jsonl.scopeKey" {
		panic("no such key")
	}
	return nil
}

func TestBrokenContext(t *testing.T) {
	events, _ := recorded(t, func(telemetry *tele.Telemetry) {
		ctx, scope := telemetry.Start(brokenContext{context.Background()}, "a")
		telemetry.Count(brokenContext{ctx}, "n", 1)
		scope.End()
	})
	if len(events) != 2 || events[1].ID != 1 {
		t.Errorf("got %+v", events)
	}
}

// TestLongLines wants the largest events there are to stay within MaxLine.
func TestLongLines(t *testing.T) {
	worst := strings.Repeat("\x01", 1<<20)
	_, text := recorded(t, func(telemetry *tele.Telemetry) {
		ctx, scope := telemetry.Start(context.Background(), worst, slog.String("small", "x"), slog.String(worst, worst), slog.String(worst+"2", worst))
		telemetry.Metric(ctx, worst, worst, slog.String(worst, worst), slog.String(worst+"2", worst))
		var many []slog.Attr
		for i := range 2000 {
			many = append(many, slog.String(fmt.Sprint("k", i), strings.Repeat("x", 1000)))
		}
		telemetry.Metric(ctx, "group", slog.GroupValue(many...), many...)
		scope.End()
	})
	lines := strings.Split(strings.TrimSpace(text), "\n")
	longest := 0
	for _, l := range lines {
		longest = max(longest, len(l))
	}
	if longest >= jsonl.MaxLine || longest < jsonl.MaxLine*3/4 {
		t.Errorf("the longest line has %d bytes", longest)
	}
	events := readAll(t, text)
	if e := events[1]; len(e.Attrs)+len(e.Value.Group())+e.Omitted != 4000 || e.Omitted == 0 {
		t.Errorf("%d attributes, %d values, %d omitted", len(e.Attrs), len(e.Value.Group()), e.Omitted)
	}
}

// TestConcurrentStreams has several Reporters append to a file from many goroutines.
func TestConcurrentStreams(t *testing.T) {
	const goroutines, scopes = 8, 200
	name := filepath.Join(t.TempDir(), "events.jsonl")
	var streams sync.WaitGroup
	for range 3 {
		streams.Go(func() {
			r, err := jsonl.Open(name, &jsonl.Options{FlushInterval: time.Millisecond})
			if err != nil {
				t.Error(err)
				return
			}
			var workers sync.WaitGroup
			for g := range goroutines {
				workers.Go(func() {
					telemetry := runtimetest.New(r)
					for i := range scopes {
						ctx, scope := telemetry.Start(context.Background(), fmt.Sprint("g", g))
						telemetry.Count(ctx, "n", int64(i))
						scope.End(slog.Int("i", i))
					}
				})
			}
			workers.Wait()
			if err := r.Close(context.Background()); err != nil || r.Dropped() != 0 {
				t.Errorf("%v, %d dropped", err, r.Dropped())
			}
		})
	}
	streams.Wait()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	checkStreams(t, readAll(t, string(text)), 3, 2*goroutines*scopes)
}

// checkStreams wants so many streams, each with the events of its own without a gap, and scopes with ids of their own.
func checkStreams(t *testing.T, events []jsonl.Event, streams, each int) {
	t.Helper()
	last := map[string]uint64{}
	ids := map[string]map[uint64]bool{}
	for _, e := range events {
		name := e.Stream.Name
		if e.Stream.PID == 0 {
			t.Fatalf("event %d of %s comes before the header", e.Seq, name)
		}
		if e.Seq != last[name]+1 {
			t.Fatalf("event %d of %s comes after %d", e.Seq, name, last[name])
		}
		last[name]++
		if ids[name] == nil {
			ids[name] = map[uint64]bool{}
		}
		if e.Timing && (e.ID == 0 || ids[name][e.ID]) {
			t.Fatalf("id %d of %s is not new", e.ID, name)
		}
		ids[name][e.ID] = e.Timing
	}
	if len(last) != streams {
		t.Errorf("%d streams, want %d", len(last), streams)
	}
	for name, n := range last {
		if n != uint64(each) {
			t.Errorf("%s has %d events, want %d", name, n, each)
		}
	}
}

// FuzzLine wants each line to decode, by package encoding/json and by Read, and to hold what was recorded.
func FuzzLine(f *testing.F) {
	f.Add("a", "k", "v", int64(1), 1.5, true)
	f.Add("\xff\u2028", "attrs", "\x00\"\\\n", int64(math.MinInt64), math.Inf(1), false)
	f.Add("é.日", "k#1", "</script>", int64(-1), math.NaN(), true)
	f.Add(".", "", "", int64(0), 5e-324, false)
	f.Fuzz(func(t *testing.T, scope, key, text string, i int64, x float64, b bool) {
		if scope == "" {
			return
		}
		events, out := recorded(t, func(telemetry *tele.Telemetry) {
			attrs := []slog.Attr{slog.String(key, text), slog.Int64(key, i), slog.Float64("x", x), slog.Group("g", slog.Bool(key, b))}
			ctx, s := telemetry.Start(context.Background(), scope, attrs...)
			telemetry.Metric(ctx, text+"m", text)
			telemetry.Metric(ctx, "i", i)
			telemetry.Gauge(ctx, "x", x)
			s.End()
		})
		for line := range strings.Lines(out) {
			if !json.Valid([]byte(line)) {
				t.Errorf("no JSON: %s", line)
			}
		}
		if len(events) != 4 {
			t.Fatalf("%d events in %s", len(events), out)
		}
		if got, want := events[0].Value.String(), asJSON(text); got != want && len(text) < 60_000 {
			t.Errorf("text %q, want %q", got, want)
		}
		if got := events[1].Value.Int64(); got != i {
			t.Errorf("integer %d, want %d", got, i)
		}
		if got := fmt.Sprint(events[2].Value); got != fmt.Sprint(slog.Float64Value(x)) && number(events[2].Value) != x {
			t.Errorf("number %s, want %v", got, x)
		}
		if got, want := events[3].Scope, asJSON(scope); got != want && len(scope) < 8000 {
			t.Errorf("scope %q, want %q", got, want)
		}
		attrs := events[3].Attrs
		if len(attrs) != 4 || len(attrs[3].Value.Group()) != 1 || attrs[3].Value.Group()[0].Value.Bool() != b {
			t.Errorf("attributes %v", attrs)
		}
	})
}

// asJSON returns text as it comes out of package encoding/json.
func asJSON(text string) (s string) {
	b, _ := json.Marshal(text)
	json.Unmarshal(b, &s)
	return s
}

func number(v slog.Value) float64 {
	if v.Kind() == slog.KindInt64 {
		return float64(v.Int64())
	}
	if v.Kind() == slog.KindUint64 {
		return float64(v.Uint64())
	}
	if v.Kind() == slog.KindFloat64 {
		return v.Float64()
	}
	return math.NaN()
}
