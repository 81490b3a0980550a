package runtimetest

import (
	"log/slog"
	"slices"
	"sync"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/testhook"
)

// New returns an enabled Telemetry whatever the environment says; the no-op if no reporter is given, or in
// a build with the tag teleoff.
func New(reporters ...tele.Reporter) *tele.Telemetry {
	return testhook.NewEnabled.(func(...tele.Reporter) *tele.Telemetry)(reporters...)
}

// An Event is a timing or a metric as a reporter got it.
type Event struct {
	Timing   bool
	Scope    string
	Duration time.Duration // of a timing
	Value    slog.Value    // of a metric
	Metadata tele.Metadata
}

// Attr returns the last of the event's attributes with the key, and whether there is one. Built-in metadata go
// by the names of the specification.
func (e Event) Attr(key string) (value slog.Value, ok bool) {
	for a := range e.Metadata.All() {
		if a.Key == key {
			value, ok = a.Value, true
		}
	}
	return value, ok
}

// A Recorder is a reporter that remembers the events it gets. The zero Recorder is ready for use, by any
// number of goroutines.
type Recorder struct {
	mu     sync.Mutex
	events []Event
}

var _ tele.Reporter = (*Recorder)(nil)

// RecordTiming implements [tele.Reporter].
func (r *Recorder) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	r.add(Event{Timing: true, Scope: scope, Duration: duration, Metadata: metadata})
}

// RecordMetric implements [tele.Reporter].
func (r *Recorder) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	r.add(Event{Scope: scope, Value: value, Metadata: metadata})
}

func (r *Recorder) add(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// Events returns the events so far, in the order in which they came.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Reset forgets the events so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = nil
}
