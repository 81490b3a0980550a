package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/pprof/profile"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/export"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

var epoch = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// events are two requests, the first of which has two queries side by side, and the second one inside of a loader, which fails.
func events() []jsonl.Event {
	stream := &jsonl.Stream{Name: "s", Program: "prog", PID: 7, ProcessStart: epoch}
	var all []jsonl.Event
	timing := func(path, parent string, id, parentID uint64, start, end int, attrs ...slog.Attr) {
		s, e := time.Duration(start)*time.Microsecond, time.Duration(end)*time.Microsecond
		all = append(all, jsonl.Event{
			Stream: stream, Seq: uint64(len(all) + 1), Timing: true, Scope: path, ParentScope: parent, ID: id, ParentID: parentID, Duration: e - s,
			StartMonotonic: s, EndMonotonic: e, StartWallTime: epoch.Add(s), EndWallTime: epoch.Add(e), Attrs: attrs,
		})
	}
	metric := func(path, kind string, value slog.Value, at int) {
		when := time.Duration(at) * time.Microsecond
		all = append(all, jsonl.Event{
			Stream: stream, Seq: uint64(len(all) + 1), Scope: path, MetricType: kind, Value: value,
			StartMonotonic: when, EndMonotonic: when, StartWallTime: epoch.Add(when), EndWallTime: epoch.Add(when),
		})
	}
	timing("request.query", "request", 2, 1, 10, 50, slog.String("table", "<orders>"))
	metric("rows", "counter", slog.IntValue(3), 40)
	timing("request.query", "request", 3, 1, 20, 60)
	metric("rows", "counter", slog.IntValue(4), 60)
	metric("state", "", slog.StringValue("up"), 61)
	timing("request", "", 1, 0, 0, 100)
	timing("request.load.query", "request.load", 6, 5, 210, 220)
	timing("request.load", "request", 5, 4, 205, 230, slog.Any("error", errors.New("gone").Error()))
	timing("request", "", 4, 0, 200, 240)
	return all
}

func sum(details bool) *summary.Summary {
	c := summary.New(summary.Options{Details: details})
	for _, e := range events() {
		c.Add(&e)
	}
	return c.Summary()
}

// stacks returns a profile as text: the stack from the outside, calls, errors, self time.
func stacks(p *profile.Profile) string {
	var b strings.Builder
	for _, s := range p.Sample {
		for i := len(s.Location) - 1; i >= 0; i-- {
			b.WriteString("/" + s.Location[i].Line[0].Function.Name)
		}
		fmt.Fprintln(&b, "", s.Value)
	}
	return b.String()
}

func TestPprof(t *testing.T) {
	var b bytes.Buffer
	if err := export.WritePprof(&b, sum(false)); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want := `/request [2 0 65000]
/request/query [2 0 80000]
/request/load [1 1 15000]
/request/load/query [1 0 10000]
`
	if diff := cmp.Diff(want, stacks(p)); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}

	file := filepath.Join(t.TempDir(), "p.pb.gz")
	if err := os.WriteFile(file, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "pprof", "-top", file).CombinedOutput()
	if err != nil {
		t.Fatalf("go tool pprof: %v\n%s", err, out)
	}
	if !regexp.MustCompile(`90us 52\.94% 52\.94% +90us 52\.94% +query\n +65us 38\.24% 91\.18% +170us +100% +request\n`).Match(out) {
		t.Errorf("go tool pprof -top:\n%s", out)
	}
}

func TestTrace(t *testing.T) {
	var b bytes.Buffer
	w := export.NewTraceWriter(&b)
	for _, e := range events() {
		w.Add(&e)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var file struct{ TraceEvents []json.RawMessage }
	if err := json.Unmarshal(b.Bytes(), &file); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	var got []string
	for _, e := range file.TraceEvents {
		got = append(got, string(e))
	}
	want := []string{
		`{"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"prog 7"}}`,
		`{"name":"rows","ph":"C","ts":43200000040.000,"pid":1,"tid":0,"args":{"value":3}}`,
		`{"name":"rows","ph":"C","ts":43200000060.000,"pid":1,"tid":0,"args":{"value":7}}`,
		`{"name":"thread_name","ph":"M","pid":1,"tid":1,"args":{"name":"lane 1"}}`,
		`{"name":"request","cat":"scope","ph":"X","ts":43200000000.000,"dur":100.000,"pid":1,"tid":1}`,
		`{"name":"query","cat":"scope","ph":"X","ts":43200000010.000,"dur":40.000,"pid":1,"tid":1,"args":{"table":"\u003corders\u003e"}}`,
		`{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"lane 2"}}`,
		`{"name":"query","cat":"scope","ph":"X","ts":43200000020.000,"dur":40.000,"pid":1,"tid":2}`,
		`{"name":"request","cat":"scope","ph":"X","ts":43200000200.000,"dur":40.000,"pid":1,"tid":1}`,
		`{"name":"load","cat":"scope","ph":"X","ts":43200000205.000,"dur":25.000,"pid":1,"tid":1,"cname":"terrible","args":{"error":"gone"}}`,
		`{"name":"query","cat":"scope","ph":"X","ts":43200000210.000,"dur":10.000,"pid":1,"tid":1}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestTraceOverflow has sums that are beyond all numbers, which JSON does not have.
func TestTraceOverflow(t *testing.T) {
	var b bytes.Buffer
	w := export.NewTraceWriter(&b)
	stream := &jsonl.Stream{Name: "s", ProcessStart: epoch}
	for range 2 {
		w.Add(&jsonl.Event{Stream: stream, Scope: "bytes", MetricType: "counter", Value: slog.Float64Value(math.MaxFloat64)})
	}
	if err := w.Close(); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("error %v\n%s", err, b.String())
	}
}

// TestTraceLanes has chains side by side, and scopes whose parents never end.
func TestTraceLanes(t *testing.T) {
	stream := &jsonl.Stream{Name: "s", ProcessStart: epoch}
	var b bytes.Buffer
	w := export.NewTraceWriter(&b)
	for i, span := range [][4]int{{0, 10, 1, 0}, {2, 12, 2, 0}, {11, 14, 3, 0}, {1, 20, 4, 99}, {13, 21, 5, 98}} {
		w.Add(&jsonl.Event{
			Stream: stream, Seq: uint64(i), Timing: true, Scope: fmt.Sprint(i), Duration: time.Duration(span[1] - span[0]),
			StartMonotonic: time.Duration(span[0]), EndMonotonic: time.Duration(span[1]), ID: uint64(span[2]), ParentID: uint64(span[3]),
		})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var file struct {
		TraceEvents []struct {
			Name, Ph string
			Tid      int
		}
	}
	if err := json.Unmarshal(b.Bytes(), &file); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, e := range file.TraceEvents {
		if e.Ph == "X" {
			got[e.Name] = e.Tid
		}
	}
	if diff := cmp.Diff(map[string]int{"0": 1, "1": 2, "2": 1, "3": 3, "4": 2}, got); diff != "" {
		t.Errorf("lanes (-want +got):\n%s", diff)
	}
}

func TestSpeedscope(t *testing.T) {
	var b bytes.Buffer
	if err := export.WriteSpeedscope(&b, sum(true), "prog"); err != nil {
		t.Fatal(err)
	}
	want := `{"$schema":"https://www.speedscope.app/file-format-schema.json","name":"prog","exporter":"teleinstr",` +
		`"shared":{"frames":[{"name":"request"},{"name":"query"},{"name":"load"}]},"profiles":[` +
		`{"type":"sampled","name":"all scopes, by self time","unit":"nanoseconds","startValue":0,"endValue":170000,` +
		`"samples":[[0],[0,1],[0,2],[0,2,1]],"weights":[65000,80000,15000,10000]},` +
		`{"type":"evented","name":"request at 2026-11-26T12:00:00Z","unit":"nanoseconds","startValue":0,"endValue":100000,` +
		`"events":[{"type":"O","at":0,"frame":0},{"type":"O","at":10000,"frame":1},{"type":"C","at":50000,"frame":1},{"type":"C","at":100000,"frame":0}]},` +
		`{"type":"evented","name":"request at 2026-11-26T12:00:00Z, beside 1","unit":"nanoseconds","startValue":0,"endValue":60000,` +
		`"events":[{"type":"O","at":20000,"frame":1},{"type":"C","at":60000,"frame":1}]},` +
		`{"type":"evented","name":"request at 2026-11-26T12:00:00.0002Z","unit":"nanoseconds","startValue":0,"endValue":40000,` +
		`"events":[{"type":"O","at":0,"frame":0},{"type":"O","at":5000,"frame":2},{"type":"O","at":10000,"frame":1},{"type":"C","at":20000,"frame":1},` +
		`{"type":"C","at":30000,"frame":2},{"type":"C","at":40000,"frame":0}]}]}` + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}
