package tele

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// errorKey is the attribute that carries the error of a scope.
const errorKey = "error"

// Metadata is what an event carries beside its path and its value. It is small, never changes, and may be
// kept and read by any goroutine for as long as a reporter likes.
type Metadata struct {
	node     *node
	extra    *extra
	wall     int64 // start, nanoseconds since 1970
	mono     int64 // start, nanoseconds since origin
	duration time.Duration
}

// Depth returns the number of enclosing scopes.
func (m Metadata) Depth() int {
	if m.node == nil {
		return 0
	}
	return m.node.depth
}

// ParentScope returns the path of the enclosing scopes, empty if there is none.
func (m Metadata) ParentScope() string {
	if m.node == nil {
		return ""
	}
	return m.node.parent.path
}

// CallCount returns the number of scopes entered on this chain of contexts before this one. A chain of
// contexts knows nothing of siblings, so that it is the number of enclosing scopes.
func (m Metadata) CallCount() int {
	return m.Depth()
}

// StartMonotonic returns when the scope started, by a clock that never jumps and counts from some moment
// at the start of the process. It is zero for a metric, as are the other times.
func (m Metadata) StartMonotonic() time.Duration {
	return time.Duration(m.mono)
}

// EndMonotonic returns when the scope ended, by the clock of StartMonotonic.
func (m Metadata) EndMonotonic() time.Duration {
	return time.Duration(m.mono) + m.duration
}

// StartWallTime returns when the scope started, by the wall clock.
func (m Metadata) StartWallTime() time.Time {
	if m.wall == 0 {
		return time.Time{}
	}
	return time.Unix(0, m.wall)
}

// EndWallTime returns StartWallTime plus the duration.
func (m Metadata) EndWallTime() time.Time {
	return m.StartWallTime().Add(m.duration)
}

// Monotonic returns a time, as [time.Now] has given it, by the clock of [Metadata.StartMonotonic]. It is for reporters that put moments
// of their own beside those of scopes.
func Monotonic(t time.Time) time.Duration {
	return t.Sub(origin)
}

// MetricType returns "counter" or "gauge" for a metric made by Count or Gauge, and else "".
func (m Metadata) MetricType() string {
	switch {
	case m.node == nil:
		return ""
	case m.node.kind == counter:
		return "counter"
	case m.node.kind == gauge:
		return "gauge"
	}
	return ""
}

// Context returns the context that a timing's scope had, as [ContextReporter]s have made it, or that a metric was recorded with. It is
// the empty context unless a reporter of the Telemetry is a ContextReporter: it would keep alive what the context holds.
func (m Metadata) Context() context.Context {
	if m.extra == nil || m.extra.ctx == nil {
		return context.Background()
	}
	return m.extra.ctx
}

// Attrs returns the user's attributes: those of the start, those of the end, then error if there was one.
// The slice must not be modified.
func (m Metadata) Attrs() []slog.Attr {
	if m.extra == nil {
		return nil
	}
	return m.extra.attrs
}

// Err returns the value of the last attribute named error, if it is one: what [Scope.EndErr] recorded.
func (m Metadata) Err() error {
	attrs := m.Attrs()
	for i := len(attrs) - 1; i >= 0; i-- {
		if attrs[i].Key == errorKey {
			err, _ := attrs[i].Value.Any().(error)
			return err
		}
	}
	return nil
}

// All returns the metadata as it is to be written out: the built-in ones by the names of the specification,
// in the order of its text, then the user's attributes. parent_scope is left out where there is none, times
// are seconds, and an attribute of the user's with the name of a built-in one is passed over.
func (m Metadata) All() iter.Seq[slog.Attr] {
	return func(yield func(slog.Attr) bool) {
		if m.node == nil {
			return
		}
		builtin := m.timing
		if m.node.kind != timing {
			builtin = m.metric
		}
		if !yield(slog.Int("depth", m.Depth())) {
			return
		}
		if parent := m.ParentScope(); parent != "" && !yield(slog.String("parent_scope", parent)) {
			return
		}
		if !builtin(yield) {
			return
		}
		for _, a := range m.Attrs() {
			if !scopename.Reserved(a.Key) && !yield(a) {
				return
			}
		}
	}
}

func (m Metadata) timing(yield func(slog.Attr) bool) bool {
	wall := float64(m.wall) / 1e9
	return yield(slog.Int("call_count", m.CallCount())) &&
		yield(slog.Float64("start_monotonic_s", m.StartMonotonic().Seconds())) &&
		yield(slog.Float64("end_monotonic_s", m.EndMonotonic().Seconds())) &&
		yield(slog.Float64("start_wall_time_s", wall)) &&
		yield(slog.Float64("end_wall_time_s", wall+m.duration.Seconds()))
}

func (m Metadata) metric(yield func(slog.Attr) bool) bool {
	t := m.MetricType()
	return t == "" || yield(slog.String("metric_type", t))
}
