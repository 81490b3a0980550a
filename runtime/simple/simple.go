package simple

import (
	"log/slog"
	"sync"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

// Options bound what a Reporter remembers. The zero Options are ready for use.
type Options struct {
	// MaxNames is the number of different scopes and metrics to remember, 10000 if it is zero. Events of
	// further ones are counted as dropped.
	MaxNames int
}

// A Reporter adds up the events that it gets. It may be used concurrently.
type Reporter struct {
	maxNames int

	mu      sync.Mutex
	timings map[string]*timing
	metrics map[metricKey]*metric
	dropped int64
}

var _ tele.Reporter = (*Reporter)(nil)

// A timing sums up the scopes of a path.
type timing struct {
	parent          string
	depth           int
	calls, errors   int64
	total, min, max time.Duration
}

type metricKey struct {
	path string
	kind string
}

// A metric sums up the values of a path and a type.
type metric struct {
	parent  string
	depth   int
	count   int64
	last    slog.Value // of a kind that does not change later
	numeric bool       // sum means something
	sum     float64
}

// New returns a Reporter that has seen no events. Nil options stand for the zero Options.
func New(options *Options) *Reporter {
	r := &Reporter{maxNames: 10_000}
	if options != nil && options.MaxNames > 0 {
		r.maxNames = options.MaxNames
	}
	r.Reset()
	return r
}

// Reset forgets all events.
func (r *Reporter) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timings = make(map[string]*timing)
	r.metrics = make(map[metricKey]*metric)
	r.dropped = 0
}

// RecordTiming implements [tele.Reporter].
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	failed := metadata.Err() != nil
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.timings[scope]
	if t == nil {
		if !r.room() {
			return
		}
		t = &timing{min: duration, max: duration}
		r.timings[scope] = t
	}
	// The path a.b.c may be that of c in a.b and of b.c in a. The deeper parent wins, whichever came first.
	if parent := metadata.ParentScope(); len(parent) >= len(t.parent) {
		t.parent, t.depth = parent, metadata.Depth()
	}
	t.calls++
	if failed {
		t.errors++
	}
	t.total += duration
	t.min = min(t.min, duration)
	t.max = max(t.max, duration)
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	value = kept.Value(value, maxText)
	number, numeric := kept.Number(value)
	r.mu.Lock()
	defer r.mu.Unlock()
	key := metricKey{scope, metadata.MetricType()}
	m := r.metrics[key]
	if m == nil {
		if !r.room() {
			return
		}
		m = &metric{numeric: true}
		r.metrics[key] = m
	}
	if parent := metadata.ParentScope(); len(parent) >= len(m.parent) {
		m.parent, m.depth = parent, metadata.Depth()
	}
	m.count++
	m.last = value
	m.numeric = m.numeric && numeric
	m.sum += number
}

// room reports whether another name may be remembered, and else counts the event as dropped.
func (r *Reporter) room() bool {
	if len(r.timings)+len(r.metrics) < r.maxNames {
		return true
	}
	r.dropped++
	return false
}

// maxText is the length in bytes of the texts that are kept of values.
const maxText = 200
