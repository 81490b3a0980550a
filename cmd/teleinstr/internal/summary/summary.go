package summary

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/teleinstr/teleinstr/runtime/simple"
)

// A Summary is what a recording comes to. It is ready for package encoding/json. Times and durations are in seconds there.
type Summary struct {
	Events int64 `json:"events"`
	// Missing is the number of events that streams have numbered and the recording does not hold: they were dropped, or are in
	// other files.
	Missing int64 `json:"missing_events"`
	// Omitted is the number of events whose paths were too many, or longer than 16 KiB.
	Omitted int64     `json:"omitted_events"`
	Start   WallTime  `json:"start_wall_time_s"` // of the earliest event
	End     WallTime  `json:"end_wall_time_s"`   // of the last one
	Streams []*Stream `json:"streams"`

	// Timings are in the order of a tree: a path is followed by those inside it. Siblings are sorted by their totals, the largest
	// first.
	Timings []*Timing `json:"timings"`
	// Metrics are sorted by path, then by type.
	Metrics []*Metric `json:"metrics"`

	// Spans are scopes one by one, each followed by its descendants, in the order in which they started. They are those that
	// Timing.Slowest refers to, with what is inside of them. Without Options.Details there are none.
	Spans []*Span `json:"spans,omitempty"`

	// Roots are the timings that are not inside of others.
	Roots []*Timing `json:"-"`
}

// A Stream is what one reporter has written, in most cases a process.
type Stream struct {
	Name    string   `json:"stream"`
	Program string   `json:"program,omitempty"`
	PID     int      `json:"pid,omitempty"`
	Start   WallTime `json:"process_start_wall_time_s,omitzero"`
	Events  int64    `json:"events"`
	Missing int64    `json:"missing_events"`

	last uint64 // number of an event
}

// A Timing sums up the scopes of one path.
type Timing struct {
	Scope       string `json:"scope"`
	ParentScope string `json:"parent_scope,omitempty"`
	Depth       int    `json:"depth"` // in the tree
	// Calls is 0 for a scope of which no end is recorded, but one inside of it.
	Calls  int64   `json:"calls"`
	Errors int64   `json:"errors"`
	Total  Seconds `json:"total_s"`
	// Share is the part of the parent's total, or of that of all roots, from 0 on. It is more than 1 if scopes ran side by side, and 0
	// if the total is not known.
	Share float64 `json:"share"`
	// Self is the time in which no scope inside was running.
	Self Seconds `json:"self_s"`
	Mean Seconds `json:"mean_s"`
	Min  Seconds `json:"min_s"`
	// Quantiles by the nearest rank: exact for up to 256 calls, and for more to one percent.
	P50 Seconds `json:"p50_s"`
	P95 Seconds `json:"p95_s"`
	P99 Seconds `json:"p99_s"`
	Max Seconds `json:"max_s"`

	*Details

	Children []*Timing `json:"-"`
	// Samples are durations in seconds of some of the calls, each call with the same chance.
	Samples []float64 `json:"-"`
	// Runs are the mean durations in seconds in each of the streams that have the path, in the order of the streams.
	Runs []float64 `json:"-"`
}

// Details are what a closer look at a path shows.
type Details struct {
	// Messages are the texts of errors, the most frequent first.
	Messages []Frequency `json:"messages,omitempty"`
	// OtherMessages is the number of errors with texts that are not among Messages.
	OtherMessages int64 `json:"other_messages,omitempty"`
	// Attrs are the attributes but for error, in the order in which they turned up.
	Attrs []*Attr `json:"attrs,omitempty"`
	// Slowest are the indices in Summary.Spans of the slowest scopes of the path, the slowest first.
	Slowest []int `json:"slowest,omitempty"`
}

// A Frequency tells how often there was a text.
type Frequency struct {
	Text  string `json:"text"`
	Count int64  `json:"count"`
}

// An Attr sums up the values of one key.
type Attr struct {
	Key string `json:"key"`
	// Values are the most frequent, of those that turned up first.
	Values []Frequency `json:"values"`
	// Others is the number of events with a value that is not among Values.
	Others int64 `json:"others,omitempty"`
	// Numbers is nil if none of the values is a number.
	Numbers *Numbers `json:"numbers,omitempty"`

	counts map[string]int64
}

// Numbers sum up numeric values.
type Numbers struct {
	Count int64         `json:"count"`
	Sum   simple.Number `json:"sum"`
	Mean  simple.Number `json:"mean"`
	Min   simple.Number `json:"min"`
	Max   simple.Number `json:"max"`
}

// A Metric sums up the values of one path and type.
type Metric struct {
	Scope       string `json:"scope"`
	ParentScope string `json:"parent_scope,omitempty"`
	Type        string `json:"metric_type,omitempty"` // counter, gauge, or empty
	Count       int64  `json:"count"`
	// Last is the last value: a number, bool or string, or what a group or list is as JSON.
	Last any `json:"last"`
	// Numbers is nil if no value is a number.
	Numbers *Numbers `json:"numbers,omitempty"`
	// Series is what there was to values that are numbers, by time. Without Options.Details there is none.
	Series *Series `json:"series,omitempty"`

	last   slog.Value
	series *series
}

// A Series are values by time.
type Series struct {
	Step   Seconds `json:"step_s"`
	Points []Point `json:"points"`
}

// A Point sums up the values of the Step that begins at Time. Steps without value have no Point.
type Point struct {
	Time  WallTime      `json:"wall_time_s"`
	Count int64         `json:"count"`
	Sum   simple.Number `json:"sum"`
	Min   simple.Number `json:"min"`
	Max   simple.Number `json:"max"`
	Last  simple.Number `json:"last"`
}

// A Span is one scope that has ended.
type Span struct {
	Timing  int `json:"timing"`  // index in Summary.Timings
	Stream  int `json:"stream"`  // index in Summary.Streams
	Below   int `json:"below"`   // number of its descendants, which follow it
	Omitted int `json:"omitted"` // number of scopes directly or indirectly inside, that are not in the list
	// Parent is the index in Summary.Spans of the scope around it, -1 for the first of a list.
	Parent   int      `json:"parent"`
	Start    WallTime `json:"start_wall_time_s"`
	Offset   Seconds  `json:"offset_s"` // of the start, from that of the first of its list on
	Duration Seconds  `json:"duration_s"`
	Attrs    any      `json:"attrs,omitempty"` // an object, error included
}

// Seconds is a duration that is written to JSON as a number of seconds.
type Seconds time.Duration

// MarshalJSON implements [json.Marshaler].
func (s Seconds) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).Seconds()) }

// WallTime is a moment that is written to JSON as a number of seconds since 1970.
type WallTime struct{ time.Time }

// MarshalJSON implements [json.Marshaler].
func (w WallTime) MarshalJSON() ([]byte, error) {
	if w.IsZero() {
		return []byte("0"), nil
	}
	return json.Marshal(float64(w.UnixMicro()) / 1e6)
}
