package tele

import (
	"log/slog"
	"time"

	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
)

// A Reporter receives events. Its methods are called by the goroutine that made the event, many at a time,
// and should be fast; package async wraps a reporter that is not.
//
//   - A panic is caught and logged, at most every ten seconds for each reporter. The caller and the other
//     reporters do not notice.
//   - A reporter that blocks, blocks its caller, and delays the reporters after it.
//   - A call to [runtime.Goexit], as by the FailNow of a test, ends the goroutine as it would anywhere: Go has no
//     way to stop it. It is logged, and the other reporters still get the event.
//   - A reporter may use telemetry itself: its events are reported like any other, to itself too, while it is
//     at the event before. One that makes an event for each event it gets would never come to an end: sooner or later
//     this is noticed and logged, and the Telemetry stops for good. Let it use a Telemetry of its own.
//
// One that is to be told of starts as well is a [ContextReporter].
type Reporter interface {
	// RecordTiming is told that a scope ended. scope is its path.
	RecordTiming(scope string, duration time.Duration, metadata Metadata)
	// RecordMetric is told a value. scope is the path of the enclosing scopes and the name of the metric.
	RecordMetric(scope string, value slog.Value, metadata Metadata)
}

// A sink is a reporter and what goes wrong in it.
type sink struct {
	Reporter
	context  ContextReporter // nil if it is not told of starts
	failures *errlog.Limiter
}

// recordTiming calls the reporters from the given one on. Should one panic or end the goroutine, the
// deferred function goes on with those after it.
func (t *Telemetry) recordTiming(i int, m *Metadata) {
	defer func() {
		if i < len(t.sinks) {
			t.sinks[i].failures.LogReporter(t.sinks[i].Reporter, recover())
			t.recordTiming(i+1, m)
		}
	}()
	for ; i < len(t.sinks); i++ {
		t.sinks[i].RecordTiming(m.node.path, m.duration, *m)
	}
}

// recordMetric does for metrics what recordTiming does.
func (t *Telemetry) recordMetric(i int, value slog.Value, m *Metadata) {
	defer func() {
		if i < len(t.sinks) {
			t.sinks[i].failures.LogReporter(t.sinks[i].Reporter, recover())
			t.recordMetric(i+1, value, m)
		}
	}()
	for ; i < len(t.sinks); i++ {
		t.sinks[i].RecordMetric(m.node.path, value, *m)
	}
}
