package runtimetest

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// Results returns the events that a reporter has been given since it was made, in order. It flushes the
// reporter first. Each event is a map of what the reporter wrote, by these names:
//
//   - scope: the path
//   - duration_s: of a timing, in seconds
//   - value: of a metric
//   - the names of [tele.Metadata.All] for metadata
//
// Values are compared as JSON has them: all numbers are alike, and what is no number, string or bool may
// be written as its text.
type Results func() []map[string]any

// Run tests that a reporter takes every event that there may be and writes it out right, as the
// specification names things. newReporter is called for each subtest. Its results are nil for a reporter
// whose output does not have single events; it is then only tested that no event makes it panic or is
// changed by it. Run with the race detector on, as several goroutines call the reporter at a time.
func Run(t *testing.T, newReporter func(t *testing.T) (tele.Reporter, Results)) {
	if !tele.Compiled {
		t.Skip("telemetry is compiled out")
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			reporter, results := newReporter(t)
			for _, err := range c.test(reporter, results) {
				t.Errorf("%v\n%s", err, c.explanation)
			}
		})
	}
}

// A testCase is a set of events and what must have become of them.
type testCase struct {
	name        string
	explanation string
	// make makes the events.
	make func(t *tele.Telemetry)
	// call, if there is no make, calls the reporter itself, whose results are not looked at.
	call func(r tele.Reporter)
	// check returns what is wrong with the results. A nil check wants only that there are as many as events.
	check func(events []map[string]any) error
}

func (c testCase) test(reporter tele.Reporter, results Results) []error {
	w := &watched{to: reporter}
	if c.make == nil {
		c.call(w)
		return w.problems()
	}
	c.make(New(w))
	problems := w.problems()
	if results == nil {
		return problems
	}
	events := results()
	if len(events) != len(w.events) {
		return append(problems, fmt.Errorf("%d events came out, want %d", len(events), len(w.events)))
	}
	if c.check != nil {
		if err := c.check(events); err != nil {
			problems = append(problems, fmt.Errorf("%w\ngot %.2000v", err, events))
		}
	}
	return problems
}

// A watched reporter notes what another one does with its events.
type watched struct {
	to tele.Reporter

	mu     sync.Mutex
	panics []error
	events []watchedEvent
}

type watchedEvent struct {
	scope    string
	metadata tele.Metadata
	attrs    []slog.Attr // a copy of those of metadata, made beforehand
}

func (w *watched) Unwrap() tele.Reporter { return w.to }

func (w *watched) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	defer w.watch(scope, metadata)()
	w.to.RecordTiming(scope, duration, metadata)
}

func (w *watched) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	defer w.watch(scope, metadata)()
	w.to.RecordMetric(scope, value, metadata)
}

// watch notes an event before the reporter gets it. It returns what is to be deferred until then.
func (w *watched) watch(scope string, metadata tele.Metadata) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, watchedEvent{scope, metadata, slices.Clone(metadata.Attrs())})
	return func() {
		if v := recover(); v != nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.panics = append(w.panics, fmt.Errorf("%.100q: panic: %v", scope, v))
		}
	}
}

func (w *watched) problems() []error {
	all := w.panics
	for _, e := range w.events {
		if !slices.EqualFunc(e.attrs, e.metadata.Attrs(), sameAttr) {
			all = append(all, fmt.Errorf("%.100q: the reporter changed the attributes", e.scope))
		}
	}
	return all
}

// sameAttr compares attributes as far as that is possible without calling their methods.
func sameAttr(a, b slog.Attr) bool {
	if a.Key != b.Key || a.Value.Kind() != b.Value.Kind() {
		return false
	}
	switch a.Value.Kind() {
	case slog.KindAny, slog.KindGroup, slog.KindLogValuer:
		return fmt.Sprintf("%T", a.Value.Any()) == fmt.Sprintf("%T", b.Value.Any())
	default:
		return a.Value.String() == b.Value.String() // NaN is no other than NaN here
	}
}
