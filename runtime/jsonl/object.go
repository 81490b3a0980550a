package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// An object is what a line may hold.
type object struct {
	Type        string   `json:"type"`
	Stream      string   `json:"stream"`
	Seq         uint64   `json:"seq"`
	Scope       *string  `json:"scope"`
	ID          uint64   `json:"id"`
	ParentID    uint64   `json:"parent_id"`
	ParentScope string   `json:"parent_scope"`
	Depth       int      `json:"depth"`
	CallCount   int      `json:"call_count"`
	Duration    *seconds `json:"duration_s"`

	StartMonotonic seconds `json:"start_monotonic_s"`
	EndMonotonic   seconds `json:"end_monotonic_s"`
	StartWallTime  seconds `json:"start_wall_time_s"`
	EndWallTime    seconds `json:"end_wall_time_s"`
	Monotonic      seconds `json:"monotonic_s"`
	WallTime       seconds `json:"wall_time_s"`

	Value         value  `json:"value"`
	MetricType    string `json:"metric_type"`
	Attrs         value  `json:"attrs"`
	OmittedAttrs  int    `json:"omitted_attrs"`
	OmittedValues int    `json:"omitted_values"`

	Format       string  `json:"format"`
	Version      int     `json:"version"`
	PID          int     `json:"pid"`
	Program      string  `json:"program"`
	ProcessStart seconds `json:"process_start_wall_time_s"`
}

// A value is one of any type, if there is one.
type value struct {
	slog.Value
	present bool
}

// UnmarshalJSON reads a value that is known to be valid.
func (v *value) UnmarshalJSON(text []byte) error {
	*v = value{decode(text), true}
	return nil
}

// seconds is a number of nanoseconds that is written as one of seconds.
type seconds int64

func (s seconds) duration() time.Duration { return time.Duration(s) }

func (s seconds) wallTime() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(s))
}

// UnmarshalJSON reads a decimal number to the last nanosecond, which a float64 could not do.
func (s *seconds) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	digits, negative := strings.CutPrefix(string(text), "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if strings.ContainsAny(digits, `eE"`) || len(whole) > 10 {
		return s.parseFloat(string(text))
	}
	if len(fraction) > 9 {
		fraction = fraction[:9]
	}
	n, err := strconv.ParseUint(whole+fraction+strings.Repeat("0", 9-len(fraction)), 10, 64)
	switch {
	case err != nil:
		return fmt.Errorf("%.40q is no number of seconds", text)
	case negative && n <= 1<<63:
		*s = seconds(-n)
	case n > math.MaxInt64:
		return fmt.Errorf("%s seconds are too many", text)
	default:
		*s = seconds(n)
	}
	return nil
}

func (s *seconds) parseFloat(text string) error {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%.40q is no number of seconds", text)
	}
	if math.Abs(f) > math.MaxInt64/1e9-1 {
		return fmt.Errorf("%.40s seconds are too many", text)
	}
	*s = seconds(math.Round(f * 1e9))
	return nil
}

// event sets *e to the event that o is, or returns what it lacks.
func (o *object) event(stream *Stream, e *Event) error {
	timing := o.Type == "timing"
	switch {
	case o.Scope == nil:
		return errors.New("no event: scope is missing")
	case timing && o.Duration == nil:
		return errors.New("no timing: duration_s is missing")
	case !timing && !o.Value.present:
		return errors.New("no metric: value is missing")
	case o.Attrs.Kind() != slog.KindGroup && o.Attrs.Any() != nil:
		return errors.New("attrs is no object")
	}
	*e = Event{
		Stream: stream, Seq: o.Seq, Timing: timing, Scope: *o.Scope, ID: o.ID, ParentID: o.ParentID, ParentScope: o.ParentScope,
		Depth: o.Depth, CallCount: o.CallCount, MetricType: o.MetricType, Omitted: o.OmittedAttrs + o.OmittedValues,
	}
	if timing {
		e.Duration = o.Duration.duration()
		e.StartMonotonic, e.EndMonotonic = o.StartMonotonic.duration(), o.EndMonotonic.duration()
		e.StartWallTime, e.EndWallTime = o.StartWallTime.wallTime(), o.EndWallTime.wallTime()
	} else {
		e.StartMonotonic, e.StartWallTime = o.Monotonic.duration(), o.WallTime.wallTime()
		e.EndMonotonic, e.EndWallTime = e.StartMonotonic, e.StartWallTime
		e.Value = o.Value.Value
	}
	if o.Attrs.Kind() == slog.KindGroup {
		e.Attrs = o.Attrs.Group()
	}
	return nil
}

// decode returns a value that is known to be valid.
func decode(text []byte) slog.Value {
	switch c := text[0]; {
	case c == '"':
		var s string
		json.Unmarshal(text, &s)
		return slog.StringValue(s)
	case c == '-' || c >= '0' && c <= '9':
		return number(string(text))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return next(d)
}

// next returns the next value of d.
func next(d *json.Decoder) slog.Value {
	token, err := d.Token()
	if err != nil {
		panic(fmt.Sprintf("jsonl: valid JSON is not: %v", err))
	}
	switch t := token.(type) {
	case json.Number:
		return number(t.String())
	case json.Delim:
		if t == '{' {
			return group(d)
		}
		return array(d)
	}
	return slog.AnyValue(token)
}

func group(d *json.Decoder) slog.Value {
	attrs := []slog.Attr{}
	for d.More() {
		key, _ := d.Token()
		attrs = append(attrs, slog.Attr{Key: key.(string), Value: next(d)})
	}
	d.Token()
	return slog.GroupValue(attrs...)
}

func array(d *json.Decoder) slog.Value {
	all := []any{}
	for d.More() {
		all = append(all, next(d).Any())
	}
	d.Token()
	return slog.AnyValue(all)
}

// number returns an integer if it is one, and a text if it is beyond all numbers.
func number(text string) slog.Value {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
		return slog.Int64Value(i)
	}
	if u, err := strconv.ParseUint(text, 10, 64); err == nil {
		return slog.Uint64Value(u)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return slog.StringValue(text)
	}
	return slog.Float64Value(f)
}
