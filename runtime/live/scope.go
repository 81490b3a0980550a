package live

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// A place is where a scope or a metric is in the tree.
type place struct {
	parent string
	depth  int
}

func placeOf(metadata tele.Metadata) place {
	return place{metadata.ParentScope(), metadata.Depth()}
}

// A scope is what is known of those of a path.
type scope struct {
	tally    *tally
	place    atomic.Pointer[place]
	sums     striped[sums]
	slowest  slowest
	failures failures
}

// sums are those of a stripe.
type sums struct {
	mu              sync.Mutex
	calls, errors   int64
	total, min, max time.Duration
	histogram       histogram
}

func newScope(t *tally, path string, metadata tele.Metadata) *scope {
	s := &scope{tally: t, sums: make(striped[sums], t.stripes)}
	s.slowest.window.Store(math.MinInt64) // in a synctest bubble, the clock is below zero
	s.failures.pace.next.Store(math.MinInt64)
	p := placeOf(metadata)
	s.place.Store(&p)
	return s
}

func (s *scope) add(stripe int, duration time.Duration, metadata tele.Metadata) {
	// The path a.b.c may be that of c in a.b and of b.c in a. The deeper parent wins, whichever came first.
	if parent := metadata.ParentScope(); len(parent) > len(s.place.Load().parent) {
		p := placeOf(metadata)
		s.place.Store(&p)
	}
	failed := metadata.Err() != nil
	s.sums.at(stripe).add(duration, failed)
	end := metadata.EndMonotonic()
	if s.slowest.wants(end, duration) {
		s.slowest.add(newEnded(duration, metadata))
	}
	if failed && s.failures.wants(end) {
		s.failures.add(newEnded(duration, metadata))
	}
}

func (a *sums) add(duration time.Duration, failed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.calls == 0 {
		a.min = duration
	}
	a.calls++
	if failed {
		a.errors++
	}
	a.total += duration
	a.min = min(a.min, duration)
	a.max = max(a.max, duration)
	a.histogram.add(duration)
}

// sum returns the sums of all stripes together.
func (s *scope) sum() *sums {
	all := new(sums)
	for part := range s.sums.all() {
		all.merge(part)
	}
	return all
}

func (a *sums) merge(b *sums) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a.calls == 0 || b.calls > 0 && b.min < a.min {
		a.min = b.min
	}
	a.calls += b.calls
	a.errors += b.errors
	a.total += b.total
	a.max = max(a.max, b.max)
	for i, n := range b.histogram {
		a.histogram[i] += n
	}
}

// quantile returns a duration that is greater than the given part of all, within the bounds that are known.
func (a *sums) quantile(part float64) time.Duration {
	return max(a.min, min(a.max, a.histogram.quantile(part, a.calls)))
}
