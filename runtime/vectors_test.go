package tele_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// TestVectors plays the scenarios of testdata/conformance, each in a process started with its environment.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("../testdata/conformance/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			v := readVector(t, file)
			runChild(t, "TestVectorChild", append(v.env, "TELE_TEST_VECTOR="+file)...)
		})
	}
}

// runChild runs one test of this binary in a process that has nothing but env for its environment.
func runChild(t *testing.T, test string, env ...string) string {
	if runtime.GOOS == "js" {
		t.Skip("there are no processes")
	}
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(env, "TELE_TEST_CHILD=1", "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+test) {
		t.Errorf("%v\n%s", err, out)
	}
	return string(out)
}

func TestVectorChild(t *testing.T) {
	file := os.Getenv("TELE_TEST_VECTOR")
	if file == "" {
		t.Skip("run by TestVectors")
	}
	readVector(t, file).play(t)
}

type vector struct {
	env       []string
	reporters int
	enabled   bool
	steps     []step
}

type step struct {
	line   string
	fields []string
}

func readVector(t *testing.T, file string) vector {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v := vector{reporters: 1, enabled: tele.Compiled}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 0 || fields[0] == "#":
		case fields[0] == "env":
			v.env = append(v.env, fields[1])
		case fields[0] == "reporters":
			fmt.Sscan(fields[1], &v.reporters)
		case fields[0] == "off":
			v.enabled = false
		default:
			v.steps = append(v.steps, step{lines.Text(), fields})
		}
	}
	return v
}

func (v vector) play(t *testing.T) {
	recorders := make([]runtimetest.Recorder, v.reporters)
	var reporters []tele.Reporter
	for i := range recorders {
		reporters = append(reporters, &recorders[i])
	}
	telemetry := tele.New(reporters...)
	if got := telemetry.Enabled(); got != v.enabled {
		t.Fatalf("enabled: got %v, want %v", got, v.enabled)
	}
	var want []string
	p := player{t: t, telemetry: telemetry, scopes: map[string]tele.Scope{}}
	for _, s := range v.steps {
		if s.fields[0] == "->" {
			if v.enabled {
				want = append(want, strings.TrimPrefix(s.line, "-> "))
			}
		} else {
			p.do(s)
		}
		for i := range recorders {
			if got := render(t, recorders[i].Events()); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
				t.Fatalf("reporter %d, after %q:\ngot  %q\nwant %q", i, s.line, got, want)
			}
		}
	}
	for i := range recorders {
		if got := render(t, recorders[i].Events()); !slices.Equal(got, want) {
			t.Errorf("reporter %d:\ngot  %q\nwant %q", i, got, want)
		}
	}
}

type player struct {
	t         *testing.T
	telemetry *tele.Telemetry
	scopes    map[string]tele.Scope
}

func (p player) do(s step) {
	verb, rest := s.fields[0], s.fields[1:]
	switch verb {
	case "start":
		id := rest[0]
		ctx, rest := p.context(rest[1:])
		_, p.scopes[id] = p.telemetry.Start(ctx, rest[0], p.attrs(rest[1:])...)
	case "end":
		p.scopes[rest[0]].End(p.attrs(rest[1:])...)
	case "metric":
		ctx, rest := p.context(rest)
		p.telemetry.Metric(ctx, rest[0], p.value(rest[1]), p.attrs(rest[2:])...)
	case "count":
		ctx, rest := p.context(rest)
		p.telemetry.Count(ctx, rest[0], int64(p.value(rest[1]).(float64)), p.attrs(rest[2:])...)
	case "gauge":
		ctx, rest := p.context(rest)
		p.telemetry.Gauge(ctx, rest[0], p.value(rest[1]).(float64), p.attrs(rest[2:])...)
	default:
		p.t.Fatalf("unknown step %q", s.line)
	}
}

func (p player) context(fields []string) (ctx context.Context, rest []string) {
	if fields[0] == "in" {
		return p.scopes[fields[1]].Context(context.Background()), fields[2:]
	}
	return context.Background(), fields
}

func (p player) attrs(fields []string) (attrs []slog.Attr) {
	for _, field := range fields {
		key, value, _ := strings.Cut(field, "=")
		attrs = append(attrs, slog.Any(key, p.value(value)))
	}
	return attrs
}

func (p player) value(text string) (v any) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
	return v
}

// render writes events the way vectors do, and checks what those leave out: the times.
func render(t *testing.T, events []runtimetest.Event) (lines []string) {
	for _, e := range events {
		line := "metric " + e.Scope + " " + jsonText(t, e.Value)
		if e.Timing {
			line = "timing " + e.Scope
			checkTimes(t, e)
		}
		for a := range e.Metadata.All() {
			if !strings.HasSuffix(a.Key, "_s") {
				line += " " + a.Key + "=" + jsonText(t, a.Value)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func jsonText(t *testing.T, v slog.Value) string {
	text, err := json.Marshal(v.Any())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func checkTimes(t *testing.T, e runtimetest.Event) {
	t.Helper()
	m := e.Metadata
	if d := m.EndMonotonic() - m.StartMonotonic(); m.StartMonotonic() <= 0 || d != e.Duration || d < 0 {
		t.Errorf("monotonic times %v to %v, duration %v", m.StartMonotonic(), m.EndMonotonic(), e.Duration)
	}
	if d := m.EndWallTime().Sub(m.StartWallTime()); d != e.Duration {
		t.Errorf("wall times %v to %v, duration %v", m.StartWallTime(), m.EndWallTime(), e.Duration)
	}
	if age := time.Since(m.StartWallTime()); age < 0 || age > time.Hour {
		t.Errorf("start by the wall clock is %v ago", age)
	}
	var keys []string
	for a := range m.All() {
		if strings.HasSuffix(a.Key, "_s") {
			keys = append(keys, a.Key)
			if a.Value.Kind() != slog.KindFloat64 || a.Value.Float64() <= 0 {
				t.Errorf("%v is not a number of seconds", a)
			}
		}
	}
	want := []string{"start_monotonic_s", "end_monotonic_s", "start_wall_time_s", "end_wall_time_s"}
	if !slices.Equal(keys, want) {
		t.Errorf("times are %q, want %q", keys, want)
	}
}
