package summary_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

var (
	epoch  = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	stream = &jsonl.Stream{Name: "s", Program: "prog", PID: 7, ProcessStart: epoch}
)

// A recorder numbers events of one stream.
type recorder struct{ events []jsonl.Event }

// timing adds a scope that ran from start to end, in milliseconds.
func (r *recorder) timing(path, parent string, id, parentID uint64, start, end int, attrs ...slog.Attr) {
	s, e := time.Duration(start)*time.Millisecond, time.Duration(end)*time.Millisecond
	r.events = append(r.events, jsonl.Event{
		Stream: stream, Seq: uint64(len(r.events) + 1), Timing: true, Scope: path, ParentScope: parent, ID: id, ParentID: parentID,
		Duration: e - s, StartMonotonic: s, EndMonotonic: e, StartWallTime: epoch.Add(s), EndWallTime: epoch.Add(e), Attrs: attrs,
	})
}

func (r *recorder) metric(path, kind string, value slog.Value, at int) {
	when := epoch.Add(time.Duration(at) * time.Millisecond)
	r.events = append(r.events, jsonl.Event{
		Stream: stream, Seq: uint64(len(r.events) + 1), Scope: path, MetricType: kind, Value: value, StartWallTime: when, EndWallTime: when,
	})
}

func (r *recorder) summary(options summary.Options) *summary.Summary {
	c := summary.New(options)
	for _, e := range r.events {
		c.Add(&e)
	}
	return c.Summary()
}

// table writes timings as lines: path, parent, calls, errors, total, self, share.
func table(s *summary.Summary) string {
	var b strings.Builder
	for _, t := range s.Timings {
		fmt.Fprintf(&b, "%s%s calls=%d errors=%d total=%v self=%v share=%.2f\n", strings.Repeat("  ", t.Depth), t.Name(),
			t.Calls, t.Errors, time.Duration(t.Total), time.Duration(t.Self), t.Share)
	}
	return b.String()
}

func check(t *testing.T, s *summary.Summary, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimLeft(want, "\n"), table(s)); diff != "" {
		t.Errorf("timings (-want +got):\n%s", diff)
	}
}

// TestSelf has scopes one after the other, side by side, and beyond the end of the one around them.
func TestSelf(t *testing.T) {
	var r recorder
	r.timing("a.b", "a", 2, 1, 10, 30)
	r.timing("a.c", "a", 3, 1, 20, 40, slog.String("error", "no"))
	r.timing("a.d", "a", 4, 1, 50, 60)
	r.timing("a", "", 1, 0, 0, 100)
	r.timing("a.late", "a", 5, 1, 90, 150)
	check(t, r.summary(summary.Options{}), `
a calls=1 errors=0 total=100ms self=60ms share=1.00
  late calls=1 errors=0 total=60ms self=60ms share=0.60
  b calls=1 errors=0 total=20ms self=20ms share=0.20
  c calls=1 errors=1 total=20ms self=20ms share=0.20
  d calls=1 errors=0 total=10ms self=10ms share=0.10
`)
}

// TestWithoutIDs takes the totals, as that is all there is.
func TestWithoutIDs(t *testing.T) {
	var r recorder
	r.timing("a.b", "a", 0, 0, 10, 30)
	r.timing("a.b", "a", 0, 0, 10, 30)
	r.timing("a", "", 0, 0, 0, 50)
	check(t, r.summary(summary.Options{}), `
a calls=1 errors=0 total=50ms self=10ms share=1.00
  b calls=2 errors=0 total=40ms self=40ms share=0.80
`)
}

// TestNotEnded has a place for scopes of which no end is recorded.
func TestNotEnded(t *testing.T) {
	var r recorder
	r.timing("main.serve.request.query", "main.serve.request", 4, 3, 0, 10)
	r.timing("main", "", 1, 0, 0, 20)
	check(t, r.summary(summary.Options{}), `
main calls=1 errors=0 total=20ms self=20ms share=1.00
  serve.request calls=0 errors=0 total=0s self=0s share=0.00
    query calls=1 errors=0 total=10ms self=10ms share=0.00
`)
}

// TestNoneEnded has scopes inside of each other of which no end is recorded, as of a program that was killed. Maps are walked in
// another order each time.
func TestNoneEnded(t *testing.T) {
	var r recorder
	r.timing("a.b.x", "a.b", 3, 2, 0, 1)
	r.timing("a.b.c.y", "a.b.c", 5, 4, 0, 1)
	r.timing("a.b.c.d.z", "a.b.c.d", 7, 6, 0, 1)
	for range 50 {
		check(t, r.summary(summary.Options{}), `
a.b calls=0 errors=0 total=0s self=0s share=0.00
  x calls=1 errors=0 total=1ms self=1ms share=0.00
  c calls=0 errors=0 total=0s self=0s share=0.00
    y calls=1 errors=0 total=1ms self=1ms share=0.00
    d calls=0 errors=0 total=0s self=0s share=0.00
      z calls=1 errors=0 total=1ms self=1ms share=0.00
`)
	}
}

// TestCircle loses no scopes of a recording that says that they are inside of each other.
func TestCircle(t *testing.T) {
	var r recorder
	r.timing("a", "b", 1, 2, 0, 1)
	r.timing("b", "a", 2, 1, 0, 2)
	check(t, r.summary(summary.Options{}), `
b calls=1 errors=0 total=2ms self=1ms share=0.67
a calls=1 errors=0 total=1ms self=1ms share=0.33
`)
}

// TestCutPath puts scopes whose path was cut to that of their parent inside of the last one whose was not.
func TestCutPath(t *testing.T) {
	var r recorder
	r.timing("a.b", "a.b", 3, 2, 0, 1)
	r.timing("a.b", "a", 2, 1, 0, 2)
	r.timing("a", "", 1, 0, 0, 3)
	check(t, r.summary(summary.Options{}), `
a calls=1 errors=0 total=3ms self=1ms share=1.00
  b calls=2 errors=0 total=3ms self=2ms share=1.00
`)
}

// TestCoverage compares with a set of milliseconds.
func TestCoverage(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		var r recorder
		covered := map[int]bool{}
		ends := make([]int, 3000)
		for i := range ends {
			ends[i] = chance.IntN(100_000)
		}
		slices.Sort(ends)
		for i, end := range ends {
			start := max(0, end-chance.IntN(40))
			r.timing("a.b", "a", uint64(i+2), 1, start, end)
			for ms := start; ms < end; ms++ {
				covered[ms] = true
			}
		}
		r.timing("a", "", 1, 0, 0, 100_000)
		got := time.Duration(r.summary(summary.Options{}).Timings[0].Self)
		if want := time.Duration(100_000-len(covered)) * time.Millisecond; got != want {
			t.Fatalf("self time %v, want %v", got, want)
		}
	}
}

// TestQuantiles compares with sorted durations, exactly while they are few.
func TestQuantiles(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 2, 100, 256, 257, 20_000} {
		var r recorder
		all := make([]float64, n)
		for i := range all {
			ms := 1 + int(math.Exp(10*chance.Float64()))
			all[i] = float64(ms) / 1000
			r.timing("a", "", 0, 0, 0, ms)
		}
		slices.Sort(all)
		got := r.summary(summary.Options{}).Timings[0]
		for q, value := range map[float64]summary.Seconds{0.5: got.P50, 0.95: got.P95, 0.99: got.P99} {
			want := all[int(math.Ceil(q*float64(n)))-1]
			off := math.Abs(time.Duration(value).Seconds()-want) / want
			if n <= 256 && off > 0 || off > 0.0101 {
				t.Errorf("%d values: quantile %v is %v, want %v", n, q, time.Duration(value), want)
			}
		}
		if time.Duration(got.Min).Seconds() != all[0] || time.Duration(got.Max).Seconds() != all[n-1] {
			t.Errorf("%d values: from %v to %v", n, time.Duration(got.Min), time.Duration(got.Max))
		}
	}
}

func TestMissing(t *testing.T) {
	var r recorder
	for i := range 5 {
		r.timing("a", "", uint64(i+1), 0, i, i+1)
	}
	r.events = slices.Delete(r.events, 1, 3)
	other := r.events[0]
	other.Stream, other.Seq = &jsonl.Stream{Name: "other"}, 2
	r.events = append(r.events, other)
	s := r.summary(summary.Options{})
	if s.Events != 4 || s.Missing != 3 || s.Streams[0].Missing != 2 || s.Streams[1].Missing != 1 {
		t.Errorf("%d events, %d missing, streams %+v %+v", s.Events, s.Missing, s.Streams[0], s.Streams[1])
	}
}

// TestLongPath leaves an event out that is not missing.
func TestLongPath(t *testing.T) {
	var r recorder
	r.timing(strings.Repeat("a", 20_000), "", 1, 0, 0, 1)
	r.timing("b", "", 2, 0, 0, 1)
	if s := r.summary(summary.Options{}); s.Omitted != 1 || s.Missing != 0 {
		t.Errorf("%d left out, %d missing", s.Omitted, s.Missing)
	}
}

func TestMaxPaths(t *testing.T) {
	var r recorder
	for i := range 10 {
		r.timing(fmt.Sprintf("s%d", i), "", uint64(i+1), 0, 0, 1)
		r.metric(fmt.Sprintf("m%d", i), "counter", slog.IntValue(1), 0)
	}
	s := r.summary(summary.Options{MaxPaths: 3, Details: true})
	if len(s.Timings) != 3 || len(s.Metrics) != 3 || s.Omitted != 14 || s.Events != 20 {
		t.Errorf("%d timings, %d metrics, %d of %d omitted", len(s.Timings), len(s.Metrics), s.Omitted, s.Events)
	}
}

func TestMetrics(t *testing.T) {
	var r recorder
	r.metric("rows", "counter", slog.IntValue(2), 0)
	r.metric("rows", "counter", slog.IntValue(5), 1)
	r.metric("rows", "gauge", slog.Float64Value(0.5), 2)
	r.metric("state", "", slog.StringValue("up"), 3)
	r.metric("state", "", slog.GroupValue(slog.Any("list", []any{int64(1), []slog.Attr{slog.Bool("b", true)}})), 4)
	got, err := json.Marshal(r.summary(summary.Options{}).Metrics)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"scope":"rows","metric_type":"counter","count":2,"last":5,"numbers":{"count":2,"sum":7,"mean":3.5,"min":2,"max":5}},` +
		`{"scope":"rows","metric_type":"gauge","count":1,"last":0.5,"numbers":{"count":1,"sum":0.5,"mean":0.5,"min":0.5,"max":0.5}},` +
		`{"scope":"state","count":2,"last":{"list":[1,{"b":true}]}}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// TestSeries has more moments than a series has steps: none is lost, and sums stay.
func TestSeries(t *testing.T) {
	var r recorder
	for i := range 5000 {
		r.metric("m", "gauge", slog.IntValue(i), i)
	}
	series := r.summary(summary.Options{Details: true}).Metrics[0].Series
	if n := len(series.Points); n > 1024 || n < 512 {
		t.Errorf("%d points", n)
	}
	count, sum := int64(0), 0.0
	for i, p := range series.Points {
		count += p.Count
		sum += float64(p.Sum)
		if p.Last != p.Max || p.Max < p.Min {
			t.Errorf("point %d: %+v", i, p)
		}
		if i > 0 && p.Time.Sub(series.Points[i-1].Time.Time) < time.Duration(series.Step) {
			t.Errorf("point %d is at %v, after %v", i, p.Time, series.Points[i-1].Time)
		}
	}
	if count != 5000 || sum != 4999*5000/2 {
		t.Errorf("%d values with the sum %v", count, sum)
	}
}

// TestDetails looks closer: errors, attributes, and the slowest scopes with what is inside.
func TestDetails(t *testing.T) {
	var r recorder
	for i := range 10 {
		id := uint64(10 * (i + 1))
		attrs := []slog.Attr{slog.Int("n", i), slog.String("who", []string{"x", "y"}[i%2])}
		if i%3 == 0 {
			attrs = append(attrs, slog.String("error", "no "+fmt.Sprint(i%2)))
		}
		r.timing("a.b", "a", id+1, id, 100*i+1, 100*i+2)
		r.timing("a", "", id, 0, 100*i, 100*i+10+i, attrs...)
	}
	s := r.summary(summary.Options{Details: true})
	a := s.Timings[0]
	if diff := cmp.Diff([]summary.Frequency{{"no 0", 2}, {"no 1", 2}}, a.Messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if k := a.Attrs[1]; k.Key != "who" || len(k.Values) != 2 || k.Values[0].Count != 5 || k.Numbers != nil {
		t.Errorf("attribute %+v", k)
	}
	if n := a.Attrs[0].Numbers; n == nil || n.Min != 0 || n.Max != 9 || n.Mean != 4.5 {
		t.Errorf("numbers %+v", n)
	}
	var slowest []string
	for _, at := range a.Slowest {
		span, inner := s.Spans[at], s.Spans[at+1]
		attrs, err := json.Marshal(span.Attrs)
		if err != nil {
			t.Fatal(err)
		}
		slowest = append(slowest, fmt.Sprintf("%v %s below=%d inside %s at %v", time.Duration(span.Duration), attrs, span.Below,
			s.Timings[inner.Timing].Scope, time.Duration(inner.Offset)))
		if inner.Parent != at || span.Parent != -1 {
			t.Errorf("parents %d and %d", span.Parent, inner.Parent)
		}
	}
	want := []string{
		`19ms {"n":9,"who":"y","error":"no 1"} below=1 inside a.b at 1ms`,
		`18ms {"n":8,"who":"x"} below=1 inside a.b at 1ms`,
		`17ms {"n":7,"who":"y"} below=1 inside a.b at 1ms`,
	}
	if diff := cmp.Diff(want, slowest); diff != "" {
		t.Errorf("slowest (-want +got):\n%s", diff)
	}
}

// TestManyValues counts what is beyond the bounds of details.
func TestManyValues(t *testing.T) {
	var r recorder
	for i := range 1000 {
		r.timing("a", "", uint64(i+1), 0, i, i+1, slog.String("id", fmt.Sprint(i)), slog.String("error", fmt.Sprint(i)))
	}
	a := r.summary(summary.Options{Details: true}).Timings[0]
	if len(a.Messages) != 10 || a.OtherMessages != 990 || len(a.Attrs[0].Values) != 10 || a.Attrs[0].Others != 990 {
		t.Errorf("%d messages and %d others, %d values and %d others", len(a.Messages), a.OtherMessages, len(a.Attrs[0].Values), a.Attrs[0].Others)
	}
}

// TestBounds has names and values that are longer than any of our own: little of them is kept.
func TestBounds(t *testing.T) {
	var r recorder
	long := strings.Repeat("x", 1<<19)
	var attrs []slog.Attr
	for i := range 100 {
		attrs = append(attrs, slog.String(fmt.Sprint(i, long), long), slog.Any("list", []any{long, []slog.Attr{slog.String("in", long)}}))
	}
	r.timing("a", "", 1, 0, 0, 1, attrs...)
	r.timing(long, "", 2, 0, 0, 1)
	r.metric("m", long, slog.IntValue(1), 1)
	r.metric("m", "", slog.StringValue(long), 1)
	s := r.summary(summary.Options{Details: true})
	if s.Omitted != 2 || len(s.Timings) != 1 || len(s.Metrics) != 1 {
		t.Errorf("%d omitted, %d timings, %d metrics", s.Omitted, len(s.Timings), len(s.Metrics))
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(encoded) > 200<<10 {
		t.Errorf("a summary of %d bytes", len(encoded))
	}
	if !strings.Contains(string(encoded), "xxx…") {
		t.Error("nothing is cut")
	}
}

// TestDeterministic gives the same bytes for the same events.
func TestDeterministic(t *testing.T) {
	var r recorder
	chance := rand.New(rand.NewPCG(1, 1))
	for i := range 3000 {
		path := fmt.Sprintf("p%d", chance.IntN(50))
		r.timing(path+".x", path, uint64(2*i+2), uint64(2*i+1), i, i+chance.IntN(3), slog.Int("n", chance.IntN(300)))
		r.timing(path, "", uint64(2*i+1), 0, i, i+3)
	}
	encode := func() string {
		text, err := json.Marshal(r.summary(summary.Options{Details: true, Samples: 100}))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if diff := cmp.Diff(encode(), encode()); diff != "" {
		t.Errorf("two summaries differ:\n%s", diff)
	}
}
