package live

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// A tally is what has been added up since a View was made or reset.
type tally struct {
	since   time.Duration // by the clock of [tele.Monotonic]
	max     int           // the number of names
	stripes int
	dropped atomic.Int64 // events

	mu sync.Mutex // held while a map is replaced by one with another name
	// The maps do not change, so that to look a name up takes no lock.
	scopes  atomic.Pointer[map[string]*scope]
	metrics atomic.Pointer[map[metricKey]*metric]
}

func newTally(maxNames, stripes int) *tally {
	t := &tally{since: now(), max: maxNames, stripes: stripes}
	t.scopes.Store(new(map[string]*scope))
	t.metrics.Store(new(map[metricKey]*metric))
	return t
}

func now() time.Duration {
	return tele.Monotonic(time.Now())
}

// scope returns the scope of a path, nil if there are too many names.
func (t *tally) scope(path string, metadata tele.Metadata) *scope {
	if s := (*t.scopes.Load())[path]; s != nil {
		return s
	}
	return insert(t, &t.scopes, path, func() *scope { return newScope(t, path, metadata) })
}

// metric returns the metric of a path and a type, nil if there are too many names.
func (t *tally) metric(path string, metadata tele.Metadata) *metric {
	key := metricKey{path, metadata.MetricType()}
	if m := (*t.metrics.Load())[key]; m != nil {
		return m
	}
	return insert(t, &t.metrics, key, func() *metric { return newMetric(t, key.kind, metadata) })
}

// insert returns what a map has under the key, or puts there what make returns.
func insert[K comparable, V any](t *tally, m *atomic.Pointer[map[K]*V], key K, make func() *V) *V {
	if t.full() {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if v := (*m.Load())[key]; v != nil || t.full() {
		return v
	}
	larger := maps.Clone(*m.Load())
	if larger == nil {
		larger = map[K]*V{}
	}
	larger[key] = make()
	m.Store(&larger)
	return larger[key]
}

func (t *tally) full() bool {
	return len(*t.scopes.Load())+len(*t.metrics.Load()) >= t.max
}
