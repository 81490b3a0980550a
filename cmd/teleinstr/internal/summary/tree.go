package summary

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Summary returns what the events have come to. Add is not to be called after it.
func (c *Collector) Summary() *Summary {
	s := &c.summary
	s.Streams = append([]*Stream{}, c.order...)
	for _, stream := range s.Streams {
		stream.Missing = max(0, int64(stream.last)-stream.Events)
		s.Missing += stream.Missing
	}
	c.arrange()
	s.Metrics = c.sortedMetrics()
	if c.spans != nil {
		c.fillDetails()
	}
	return s
}

// arrange makes a tree of the timings.
func (c *Collector) arrange() {
	c.addMissingParents()
	c.place()
	all := make(map[string]*Timing, len(c.timings))
	for path, t := range c.timings {
		all[path] = t.sum()
		if t.samples != nil {
			all[path].Samples, all[path].Runs = t.samples.values, t.samples.means(c.order)
		}
	}
	s := &c.summary
	for path, t := range c.timings {
		parent := all[t.parent]
		if parent == nil {
			s.Roots = append(s.Roots, all[path])
			continue
		}
		all[path].ParentScope = t.parent
		parent.Children = append(parent.Children, all[path])
	}
	total := Seconds(0)
	for _, root := range s.Roots {
		total += root.Total
	}
	s.list(s.Roots, total, 0)
}

// addMissingParents adds the scopes around others of which no end is recorded.
func (c *Collector) addMissingParents() {
	for _, t := range c.timings {
		if t.parent != "" && c.timings[t.parent] == nil {
			c.timings[t.parent] = &timing{path: t.parent}
		}
	}
}

// place finds a parent for scopes of which no end is recorded, so that nothing is known but the path, and for those that would be inside of
// themselves: a path that was cut may be that of its parent, and what others have written may be anything.
func (c *Collector) place() {
	for path, t := range c.timings {
		if t.calls == 0 {
			t.parent = c.nearest(path)
		}
	}
	var circular []*timing
	for path, t := range c.timings {
		if len(t.parent) >= len(path) && c.isInsideItself(t) { // there is one like that in each circle
			circular = append(circular, t)
		}
	}
	for _, t := range circular {
		t.parent = c.nearest(t.path)
	}
}

func (c *Collector) isInsideItself(t *timing) bool {
	outer := c.timings[t.parent]
	for range c.timings { // it may lead into a circle that t is no part of
		if outer == nil || outer == t {
			break
		}
		outer = c.timings[outer.parent]
	}
	return outer == t
}

// nearest returns the longest path that begins path and is known.
func (c *Collector) nearest(path string) string {
	for i := strings.LastIndexByte(path, '.'); i > 0; i = strings.LastIndexByte(path[:i], '.') {
		if c.timings[path[:i]] != nil {
			return path[:i]
		}
	}
	return ""
}

// list appends the timings and what is inside of them to Timings.
func (s *Summary) list(siblings []*Timing, total Seconds, depth int) {
	slices.SortFunc(siblings, func(a, b *Timing) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), strings.Compare(a.Scope, b.Scope))
	})
	for _, t := range siblings {
		t.Depth = depth
		if total > 0 {
			t.Share = float64(t.Total) / float64(total)
		}
		s.Timings = append(s.Timings, t)
		s.list(t.Children, t.Total, depth+1)
	}
}

func (t *timing) sum() *Timing {
	sum := &Timing{Scope: t.path, Calls: t.calls, Errors: t.errors}
	if t.calls == 0 {
		return sum
	}
	d := &t.durations
	sum.Total, sum.Min, sum.Max = Seconds(d.sum), Seconds(d.min), Seconds(d.max)
	sum.Self = Seconds(max(0, d.sum-t.covered-t.insideOf))
	sum.Mean = Seconds(d.sum / time.Duration(t.calls))
	sum.P50, sum.P95, sum.P99 = Seconds(d.quantile(0.50)), Seconds(d.quantile(0.95)), Seconds(d.quantile(0.99))
	return sum
}
