package jsonl

import (
	"fmt"
	"log/slog"
	"time"
)

// An Event is a line of a file, as [Read] returns it.
type Event struct {
	Stream *Stream
	Seq    uint64 // number in the stream
	Timing bool   // else it is a metric
	Scope  string // path

	// ID is that of the scope, 0 for a metric. ParentID is that of the scope around it, or that the metric was recorded in. They
	// are numbers within the stream, 0 if there is none.
	ID, ParentID uint64
	ParentScope  string
	Depth        int
	CallCount    int

	Duration time.Duration // of a timing
	// The start and the end of a timing; both are the moment at which a metric was recorded. The monotonic clock is that of the stream.
	StartMonotonic, EndMonotonic time.Duration
	StartWallTime, EndWallTime   time.Time

	// Value is what a metric recorded. Of numbers, those without a fraction are of [slog.KindInt64], or KindUint64 if they are that
	// large, others of KindFloat64; objects are groups, arrays are of the type []any.
	Value      slog.Value
	MetricType string // counter, gauge, or empty

	Attrs []slog.Attr // with values as Value has them
	// Omitted is the number of attributes that found no room in the line, and of values in a group.
	Omitted int
}

// A Stream is what one Reporter has written. All that is known without its header is the name.
type Stream struct {
	Name    string
	PID     int
	Program string // base name of the executable
	// ProcessStart is the wall time where the monotonic clock is 0.
	ProcessStart time.Time
	// WallTime and Monotonic are one moment by both clocks.
	WallTime  time.Time
	Monotonic time.Duration
}

// A LineError says what is wrong with a line, and where it is.
type LineError struct {
	Line   int   // from 1 on
	Offset int64 // of the beginning of the line, in bytes
	Err    error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong.
func (e *LineError) Unwrap() error { return e.Err }
