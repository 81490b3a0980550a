package live

import (
	"bytes"
	"cmp"
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/jsonvalue"
)

// A Snapshot is what a [View] shows, ready for package encoding/json. All durations are in seconds.
type Snapshot struct {
	// Telemetry is on, paused ([tele.Pause]) or off.
	Telemetry string `json:"telemetry"`
	// WallTime is when the snapshot was made, in seconds since 1970, and Elapsed for how long events have been added up.
	WallTime float64 `json:"wall_time_s"`
	Elapsed  float64 `json:"elapsed_s"`
	// Timings are the tree: a scope is followed by the scopes inside it, those that took longest first.
	Timings []Timing `json:"timings"`
	// InFlight are the scopes that have not ended, the oldest first.
	InFlight []Scope `json:"in_flight"`
	// Slowest are the slowest scopes of the last [Window], five of a path or a few more, the slowest first.
	Slowest []Scope `json:"slowest"`
	// Errors are the last scopes with an error, five of a path, the latest first.
	Errors []Scope `json:"errors"`
	// Metrics are sorted by scope, then by type.
	Metrics []Metric `json:"metrics"`
	// Dropped is the number of events that were not added up because of [Options.MaxNames].
	Dropped int64 `json:"dropped"`
	// Untracked is the number of scopes in flight that are not listed because of [Options.MaxInFlight].
	Untracked int64 `json:"untracked"`
}

// A Timing sums up the scopes of one path.
type Timing struct {
	Scope       string `json:"scope"`
	ParentScope string `json:"parent_scope,omitempty"`
	Depth       int    `json:"depth"`
	// Calls is the number of scopes that have ended, and InFlight of those listed that have not.
	Calls    int64 `json:"calls"`
	Errors   int64 `json:"errors"`
	InFlight int64 `json:"in_flight"`
	// Rate is Calls in a second.
	Rate  float64 `json:"rate_per_s"`
	Total float64 `json:"total_s"`
	// Self is Total less that of the scopes directly inside; 0 if those ran side by side and took longer.
	Self float64 `json:"self_s"`
	Mean float64 `json:"mean_s"`
	Min  float64 `json:"min_s"`
	P50  float64 `json:"p50_s"`
	P95  float64 `json:"p95_s"`
	P99  float64 `json:"p99_s"`
	Max  float64 `json:"max_s"`
}

// A Scope is one that is in flight or has ended.
type Scope struct {
	Scope       string `json:"scope"`
	ParentScope string `json:"parent_scope,omitempty"`
	Depth       int    `json:"depth"`
	// Duration is that of a scope that has ended.
	Duration float64 `json:"duration_s,omitempty"`
	// Age is the time since the scope ended, or if it is in flight, since it started.
	Age           float64 `json:"age_s"`
	StartWallTime float64 `json:"start_wall_time_s"`
	Error         string  `json:"error,omitempty"`
	Attrs         Attrs   `json:"attrs,omitempty"`
	// AttrsOmitted is the number of attributes beyond those that are kept.
	AttrsOmitted int `json:"attrs_omitted,omitempty"`
}

// Attrs are attributes whose values are numbers, bools, durations, times and short strings. In JSON they are an object, with times
// of RFC 3339.
type Attrs []slog.Attr

// MarshalJSON implements [json.Marshaler].
func (a Attrs) MarshalJSON() ([]byte, error) {
	text, _ := jsonvalue.AppendObject(nil, a, math.MaxInt)
	return text, nil
}

// A Metric sums up the values of one path and type.
type Metric struct {
	Scope       string `json:"scope"`
	ParentScope string `json:"parent_scope,omitempty"`
	Depth       int    `json:"depth"`
	Type        string `json:"metric_type,omitempty"` // counter, gauge, or empty
	Count       int64  `json:"count"`
	// Rate is by how much a counter goes up in a second, and else the number of values in a second.
	Rate Number `json:"rate_per_s"`
	// Last is the last value, save of a counter: an int64, uint64, bool or Number, or else a string.
	Last any `json:"last,omitempty"`
	// Sum is nil unless all values were numbers; so are Min and Max, and of counters. Durations are numbers of seconds.
	Sum *Number `json:"sum,omitempty"`
	Min *Number `json:"min,omitempty"`
	Max *Number `json:"max,omitempty"`
}

// A Number is a float64 that is written to JSON as a string where JSON has no such number.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	return jsonvalue.AppendFloat(nil, float64(n)), nil
}

// String returns the number in as few digits as tell it from others.
func (n Number) String() string {
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}

// maxListed is the number of scopes in lists of those that have ended.
const maxListed = 100

// Snapshot returns what v shows at the moment.
func (v *View) Snapshot() Snapshot {
	t, at := v.current.Load(), now()
	elapsed := at - t.since
	s := Snapshot{
		Telemetry: telemetryState(),
		WallTime:  wallSeconds(time.Now()),
		Elapsed:   elapsed.Seconds(),
		InFlight:  v.inFlight.snapshot(at),
		Slowest:   t.slowest(at),
		Errors:    t.failures(at),
		Metrics:   t.metricList(elapsed),
		Dropped:   t.dropped.Load(),
		Untracked: v.inFlight.untracked.Load(),
	}
	s.Timings = newTree(t, s.InFlight).timings(elapsed)
	return s
}

func telemetryState() string {
	switch {
	case tele.Paused():
		return "paused"
	case tele.Enabled():
		return "on"
	}
	return "off"
}

// whyOff says why telemetry is off, if it is not paused.
func whyOff() string {
	if !tele.Compiled {
		return "the program was built with the tag teleoff"
	}
	return "the program was not started with TELEINSTR_TELEMETRY=1, or gives no reporter to tele.New"
}

func (t *tally) slowest(at time.Duration) []Scope {
	list := []Scope{}
	for path, s := range *t.scopes.Load() {
		for _, e := range s.slowest.list(at) {
			list = append(list, e.export(path, at))
		}
	}
	slices.SortFunc(list, func(a, b Scope) int {
		return cmp.Or(cmp.Compare(b.Duration, a.Duration), strings.Compare(a.Scope, b.Scope))
	})
	return list[:min(len(list), maxListed)]
}

func (t *tally) failures(at time.Duration) []Scope {
	list := []Scope{}
	for path, s := range *t.scopes.Load() {
		for _, e := range s.failures.list() {
			list = append(list, e.export(path, at))
		}
	}
	slices.SortFunc(list, func(a, b Scope) int {
		return cmp.Or(cmp.Compare(a.Age, b.Age), strings.Compare(a.Scope, b.Scope))
	})
	return list[:min(len(list), maxListed)]
}

func (t *tally) metricList(elapsed time.Duration) []Metric {
	list := []Metric{}
	for key, m := range *t.metrics.Load() {
		list = append(list, m.export(key.path, elapsed))
	}
	slices.SortFunc(list, func(a, b Metric) int {
		return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Type, b.Type))
	})
	return list
}

func (m *metric) export(path string, elapsed time.Duration) Metric {
	v := m.total()
	out := Metric{
		Scope: path, ParentScope: m.place.parent, Depth: m.place.depth, Type: m.kind, Count: v.count,
		Rate: Number(perSecond(float64(v.count), elapsed)),
	}
	if m.kind == counterType {
		out.Rate = Number(perSecond(v.sum, elapsed))
	} else {
		out.Last = plain(v.last)
	}
	if v.count > 0 && v.numbers == v.count {
		sum, least, greatest := Number(v.sum), Number(v.min), Number(v.max)
		out.Sum = &sum
		if m.kind != counterType {
			out.Min, out.Max = &least, &greatest
		}
	}
	return out
}

// plain returns a frozen value in the form of [Metric.Last].
func plain(value slog.Value) any {
	switch value.Kind() {
	case slog.KindInt64, slog.KindUint64, slog.KindBool, slog.KindString:
		return value.Any()
	case slog.KindFloat64:
		return Number(value.Float64())
	case slog.KindDuration:
		return Number(value.Duration().Seconds())
	case slog.KindTime:
		return value.Time().Format(time.RFC3339Nano)
	}
	return value.String()
}

func perSecond(n float64, elapsed time.Duration) float64 {
	if elapsed <= 0 {
		return 0
	}
	return n / elapsed.Seconds()
}

func wallSeconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixNano()) / 1e9
}

// indented returns s as JSON, for people as well.
func (s Snapshot) indented() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(s)
	return out.Bytes(), err
}
