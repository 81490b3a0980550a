package summary

import (
	"slices"
	"time"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// A scopeID identifies a scope of the recording.
type scopeID struct {
	stream string
	id     uint64
}

// maxOpen is the number of scopes that are known to be running, in each of two generations.
const maxOpen = 100_000

// A coverage knows for how much of a scope others were running inside of it, so that times of scopes side by side do not count
// twice. Those that had no child for long may be forgotten, as they might never end.
type coverage struct {
	young, old map[scopeID]*covered
}

func newCoverage() *coverage {
	return &coverage{young: map[scopeID]*covered{}, old: map[scopeID]*covered{}}
}

// add notes that a scope ran inside of the one that is its parent.
func (c *coverage) add(e *jsonl.Event) {
	id := scopeID{e.Stream.Name, e.ParentID}
	parent := c.young[id]
	if parent == nil {
		if parent = c.old[id]; parent == nil {
			parent = &covered{}
		}
		if len(c.young) >= maxOpen {
			c.young, c.old = make(map[scopeID]*covered, maxOpen), c.young
		}
		c.young[id] = parent
	}
	parent.add(interval{e.StartMonotonic, e.EndMonotonic})
}

// take returns the time within a scope that has ended in which others were running inside.
func (c *coverage) take(e *jsonl.Event) time.Duration {
	id := scopeID{e.Stream.Name, e.ID}
	s := c.young[id]
	if s == nil {
		if s = c.old[id]; s == nil {
			return 0
		}
	}
	delete(c.young, id)
	delete(c.old, id)
	return s.within(interval{e.StartMonotonic, e.EndMonotonic})
}

type interval struct{ start, end time.Duration }

// maxIntervals is the number of intervals that are known one by one.
const maxIntervals = 1024

// covered is a set of moments. Intervals come in the order of their ends, more or less, so that a new one overlaps with
// the latest only; of what is further back, the sum is enough.
type covered struct {
	latest []interval // apart from each other, in order
	before time.Duration
	until  time.Duration // which before covers
}

func (c *covered) add(v interval) {
	v.start = max(v.start, c.until)
	if v.end <= v.start {
		return
	}
	first := len(c.latest)
	for first > 0 && c.latest[first-1].end >= v.start {
		first--
	}
	next := first
	for next < len(c.latest) && c.latest[next].start <= v.end {
		v.start, v.end = min(v.start, c.latest[next].start), max(v.end, c.latest[next].end)
		next++
	}
	c.latest = slices.Replace(c.latest, first, next, v)
	if len(c.latest) > maxIntervals {
		half := maxIntervals / 2
		for _, old := range c.latest[:half] {
			c.before += old.end - old.start
		}
		c.until = c.latest[half-1].end
		c.latest = append(c.latest[:0], c.latest[half:]...)
	}
}

// within returns how much of v is covered, provided that all that is further back lies inside of it.
func (c *covered) within(v interval) time.Duration {
	total := c.before
	for _, l := range c.latest {
		if start, end := max(l.start, v.start), min(l.end, v.end); end > start {
			total += end - start
		}
	}
	return min(total, v.end-v.start)
}
