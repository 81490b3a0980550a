//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package exectrace_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/trace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/exectrace"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	telemetry := runtimetest.New(exectrace.New()) // tele.New in a program
	var out bytes.Buffer                          // a file in a program
	if err := trace.Start(&out); err != nil {
		return
	}
	defer trace.Stop()
	ctx, scope := telemetry.Start(context.Background(), "ingest", slog.String("file", "a.log"))
	defer scope.End()
	trace.WithRegion(ctx, "decode", func() {
		telemetry.Count(ctx, "rows", 12)
	})
}

// recorded returns what go tool trace says of a trace of what f does, of tasks and messages, a line each.
func recorded(t *testing.T, f func()) (lines []string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "trace.out")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := trace.Start(file); err != nil {
		t.Skip(err) // the tests are being traced
	}
	f()
	trace.Stop()
	out, err := exec.Command("go", "tool", "trace", "-d=parsed", name).Output()
	if err != nil {
		t.Fatalf("go tool trace: %v", err)
	}
	return tasks(string(out))
}

var events = regexp.MustCompile(`(?m) (TaskBegin|TaskEnd|Log) .*$`)

var details = regexp.MustCompile(`\b(ID|Parent|Task)=(\d+)|\b(Type|Category|Message)=("(?:[^"\\]|\\.)*")`)

// tasks renders tasks and messages with the types of tasks for their numbers.
func tasks(out string) (lines []string) {
	types := map[string]string{"0": "-", strconv.FormatUint(math.MaxUint64, 10): "-"} // the background task, no task
	for _, e := range events.FindAllString(out, -1) {
		kind, _, _ := strings.Cut(strings.TrimSpace(e), " ")
		d := map[string]string{}
		for _, m := range details.FindAllStringSubmatch(e, -1) {
			d[m[1]+m[3]] = m[2] + m[4]
		}
		name := func(id string) string {
			if types[id] == "" {
				return "?"
			}
			return types[id]
		}
		switch kind {
		case "TaskBegin":
			types[d["ID"]] = d["Type"]
			lines = append(lines, "begin "+d["Type"]+" in "+name(d["Parent"]))
		case "TaskEnd":
			lines = append(lines, "end "+name(d["ID"]))
		case "Log":
			lines = append(lines, "log "+d["Category"]+" "+d["Message"]+" in "+name(d["Task"]))
		}
	}
	return lines
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

type userKey struct{}

func TestTrace(t *testing.T) {
	telemetry := runtimetest.New(exectrace.New(), new(runtimetest.Recorder))
	wantLines(t, recorded(t, func() {
		ctx, a := telemetry.Start(context.Background(), "a")
		inner, b := telemetry.Start(context.WithValue(ctx, userKey{}, "v"), "b", slog.Int("n", 1), slog.Group("g", "s", "t"))
		telemetry.Count(inner, "rows", 12)
		telemetry.Metric(ctx, "state", `say "x"`)
		trace.Log(inner, "own", "message")
		_, root := telemetry.StartRoot(inner, "root")
		telemetry.Count(root.Context(inner), "n", 1)
		if v := root.Context(inner).Value(userKey{}); v != "v" {
			t.Errorf("the context of a root scope has lost a value: %v", v)
		}
		err := errors.New("no route")
		done := make(chan bool)
		go func() { // by another goroutine, and out of order
			a.End()
			b.EndErr(&err)
			b.End()
			close(done)
		}()
		<-done
		root.End()
		telemetry.Gauge(context.Background(), "alone", 0.5)
	}),
		`begin "a" in -`,
		`begin "a.b" in "a"`,
		`log "a.b.rows" "12" in "a.b"`,
		`log "a.state" "say \\\"x\\\"" in "a"`,
		`log "own" "message" in "a.b"`,
		`begin "root" in -`,
		`log "root.n" "1" in "root"`,
		`end "a"`,
		`log "n" "1" in "a.b"`,
		`log "g" "{\"s\":\"t\"}" in "a.b"`,
		`log "error" "no route" in "a.b"`,
		`end "a.b"`,
		`end "root"`,
		`log "alone" "0.5" in -`,
	)
}

// TestTraceBegins wants a scope that started before the trace to be no part of it, nor to end the task of another one; and a trace
// that stops to do no harm.
func TestTraceBegins(t *testing.T) {
	telemetry := runtimetest.New(exectrace.New())
	before, outside := telemetry.Start(context.Background(), "outside")
	var after tele.Scope
	wantLines(t, recorded(t, func() {
		ctx, a := telemetry.Start(before, "a")
		trace.Stop()
		_, untraced := telemetry.Start(ctx, "untraced")
		untraced.End(slog.Int("n", 1))
		a.End()
	}), `begin "outside.a" in -`)
	wantLines(t, recorded(t, func() {
		outside.End()
		_, after = telemetry.Start(before, "after")
	}), `begin "outside.after" in -`)
	wantLines(t, recorded(t, func() {
		_, b := telemetry.Start(after.Context(before), "b")
		after.End()
		b.End()
	}), `begin "outside.after.b" in ?`, `end ?`, `end "outside.after.b"`)
}

// TestBetweenTraces wants a scope that started between two traces not to end the task of the one around it.
func TestBetweenTraces(t *testing.T) {
	telemetry := runtimetest.New(exectrace.New())
	ctx := context.Background()
	var a, b tele.Scope
	wantLines(t, recorded(t, func() { ctx, a = telemetry.Start(ctx, "a") }), `begin "a" in -`)
	_, b = telemetry.Start(ctx, "b")
	wantLines(t, recorded(t, func() { b.End(slog.Int("n", 1)) }))
	wantLines(t, recorded(t, func() { a.End() }), `end ?`)
}

// TestNothingWhileOff wants the context of a scope to have nothing of a trace that is not recorded.
func TestNothingWhileOff(t *testing.T) {
	r := exectrace.New()
	if ctx := r.StartScope(context.Background(), "a", tele.Metadata{}); ctx != nil && !trace.IsEnabled() {
		t.Errorf("context %v", ctx)
	}
	off := testing.AllocsPerRun(100, func() {
		r.RecordTiming("a", 0, tele.Metadata{})
		r.RecordMetric("a", slog.StringValue("x"), tele.Metadata{})
	})
	if off != 0 {
		t.Errorf("%v allocations", off)
	}
}

// TestTwoReporters wants each to end the tasks of its own.
func TestTwoReporters(t *testing.T) {
	telemetry := runtimetest.New(exectrace.New(), exectrace.New())
	got := recorded(t, func() { telemetry.Time(context.Background(), "a")() })
	wantLines(t, got, `begin "a" in -`, `begin "a" in "a"`, `end "a"`, `end "a"`)
}

// TestConformance wants the events of the conformance suite to make a trace that can be read.
func TestConformance(t *testing.T) {
	suite := func() {
		runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) { return exectrace.New(), nil })
	}
	suite()
	if lines := recorded(t, suite); len(lines) < 3000 {
		t.Errorf("%d tasks and messages", len(lines))
	}
}

func TestConcurrentScopes(t *testing.T) {
	telemetry := runtimetest.New(exectrace.New())
	lines := recorded(t, func() {
		ctx, outer := telemetry.Start(context.Background(), "outer")
		var workers sync.WaitGroup
		for range 8 {
			workers.Go(func() {
				for range 50 {
					ctx, scope := telemetry.Start(ctx, "inner")
					telemetry.Count(ctx, "n", 1)
					scope.End()
				}
			})
		}
		workers.Wait()
		outer.End()
	})
	count := map[string]int{}
	for _, l := range lines {
		count[l]++
	}
	for _, l := range []string{`begin "outer.inner" in "outer"`, `end "outer.inner"`, `log "outer.inner.n" "1" in "outer.inner"`} {
		if count[l] != 400 {
			t.Errorf("%d times %s, want 400", count[l], l)
		}
	}
}

// A brokenContext panics when it is asked for a value of a key it does not know.
type brokenContext struct{ context.Context }

func (brokenContext) Value(key any) any { panic("no such key") }

func TestBrokenContext(t *testing.T) {
	telemetry := runtimetest.New(exectrace.New())
	wantLines(t, recorded(t, func() {
		_, scope := telemetry.Start(brokenContext{context.Background()}, "a")
		telemetry.Count(brokenContext{context.Background()}, "n", 1)
		scope.End()
	}), `begin "a" in -`, `log "n" "1" in -`, `end "a"`)
}

func BenchmarkScope(b *testing.B) {
	telemetry := runtimetest.New(exectrace.New())
	b.ReportAllocs()
	for range b.N {
		_, scope := telemetry.Start(context.Background(), "a")
		scope.End()
	}
}
