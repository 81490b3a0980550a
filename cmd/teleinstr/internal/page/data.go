package page

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// Bounds on parts of the data, in bytes of JSON, so that a page stays one that a browser opens at once.
const (
	maxDetails = 2 << 20
	maxSpans   = 2 << 20
	maxSeries  = 1 << 20
)

// data is what model.js reads. Durations are in nanoseconds, moments in microseconds since 1970. Lists that may be long hold numbers
// without names.
type data struct {
	Title   string    `json:"title"`
	Events  int64     `json:"events"`
	Missing int64     `json:"missing"`
	Omitted int64     `json:"omitted"`
	Start   int64     `json:"start"`
	End     int64     `json:"end"`
	Streams []stream  `json:"streams"`
	Scopes  []scope   `json:"scopes"`
	Details []details `json:"details"`
	calls
	Metrics []metric `json:"metrics"`
	LeftOut leftOut  `json:"leftOut"`
}

type stream struct {
	Name    string `json:"name"`
	Program string `json:"program,omitempty"`
	PID     int    `json:"pid,omitempty"`
	Start   int64  `json:"start"`
	Events  int64  `json:"events"`
	Missing int64  `json:"missing"`
}

// leftOut counts what the bounds have kept out of the page.
type leftOut struct {
	Details int `json:"details"` // scopes without their details
	Calls   int `json:"calls"`   // slow calls without their timeline
	Series  int `json:"series"`  // metrics without their series
}

// A scope is the index of the parent, or -1; the path, without that of the parent if it begins with that; calls, errors, total, self, min,
// mean, p50, p95, p99 and max.
type scope [12]any

// details are what there is to a scope beside numbers.
type details struct {
	Scope int `json:"scope"`
	*summary.Details
}

func newData(s *summary.Summary, title string) *data {
	d := &data{
		Title: title, Events: s.Events, Missing: s.Missing, Omitted: s.Omitted, Start: micros(s.Start), End: micros(s.End),
		Streams: []stream{}, Scopes: []scope{}, Details: []details{}, Metrics: []metric{},
	}
	for _, from := range s.Streams {
		d.Streams = append(d.Streams, stream{from.Name, from.Program, from.PID, micros(from.Start), from.Events, from.Missing})
	}
	at := map[string]int{}
	for i, t := range s.Timings {
		at[t.Scope] = i
		d.Scopes = append(d.Scopes, newScope(t, at))
	}
	d.addCalls(s)
	d.addDetails(s)
	d.addMetrics(s)
	return d
}

func micros(t summary.WallTime) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func newScope(t *summary.Timing, at map[string]int) scope {
	parent, name := -1, t.Scope
	if t.ParentScope != "" {
		parent = at[t.ParentScope]
		if rest, inside := strings.CutPrefix(name, t.ParentScope); inside && strings.HasPrefix(rest, ".") {
			name = rest
		}
	}
	return scope{
		parent, name, t.Calls, t.Errors, int64(t.Total), int64(t.Self), int64(t.Min), int64(t.Mean), int64(t.P50), int64(t.P95),
		int64(t.P99), int64(t.Max),
	}
}

// addDetails adds details of scopes, of those with the largest totals first, as far as there is room. It wants calls to be added.
func (d *data) addDetails(s *summary.Summary) {
	room := maxDetails
	for _, i := range byTotal(s.Timings) {
		of := s.Timings[i].Details
		if of == nil {
			continue
		}
		kept := *of
		kept.Slowest = d.calls.known(of.Slowest)
		d.LeftOut.Calls += len(of.Slowest) - len(kept.Slowest)
		entry := details{i, &kept}
		if room -= size(entry); room < 0 {
			d.LeftOut.Details++
			continue
		}
		d.Details = append(d.Details, entry)
	}
}

// byTotal returns indices of timings, that of the largest total first.
func byTotal(timings []*summary.Timing) []int {
	order := make([]int, len(timings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(timings[b].Total, timings[a].Total) })
	return order
}

// size returns the number of bytes of JSON that v comes to.
func size(v any) int {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is made of what is JSON
	}
	return len(encoded)
}
