package summary

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

type metricKey struct{ path, kind string }

func (c *Collector) addMetric(e *jsonl.Event) {
	key := metricKey{e.Scope, e.MetricType}
	m := c.metrics[key]
	if m == nil {
		if len(c.metrics) >= c.options.MaxPaths {
			c.summary.Omitted++
			return
		}
		m = &Metric{Scope: e.Scope, ParentScope: e.ParentScope, Type: e.MetricType}
		if c.options.Details {
			m.series = newSeries()
		}
		c.metrics[key] = m
	}
	m.Count++
	m.last = shorten(e.Value)
	if v, ok := Numeric(e.Value); ok {
		m.Numbers = m.Numbers.with(v)
		if m.series != nil {
			m.series.add(e.StartWallTime, v)
		}
	}
}

func (c *Collector) sortedMetrics() []*Metric {
	sorted := slices.AppendSeq(make([]*Metric, 0, len(c.metrics)), maps.Values(c.metrics))
	slices.SortFunc(sorted, func(a, b *Metric) int {
		return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Type, b.Type))
	})
	for _, m := range sorted {
		m.Last = plain(m.last)
		m.Numbers.finish()
		if m.series != nil {
			m.Series = m.series.points()
		}
	}
	return sorted
}

// with returns n with one value more. It makes one of nil.
func (n *Numbers) with(v float64) *Numbers {
	if n == nil {
		n = &Numbers{Min: simple.Number(v), Max: simple.Number(v)}
	}
	n.Count++
	n.Sum += simple.Number(v)
	n.Min, n.Max = min(n.Min, simple.Number(v)), max(n.Max, simple.Number(v))
	return n
}

func (n *Numbers) finish() {
	if n != nil {
		n.Mean = n.Sum / simple.Number(n.Count)
	}
}

// maxPoints is the number of steps of a series.
const maxPoints = 1024

// A series adds up values in steps that are as short as the number of them allows.
type series struct {
	step  time.Duration
	steps map[int64]*Point // by their number since 1970
}

func newSeries() *series { return &series{step: time.Millisecond, steps: map[int64]*Point{}} }

func (s *series) add(at time.Time, v float64) {
	n := simple.Number(v)
	s.merge(floorDiv(at.UnixNano(), int64(s.step)), &Point{Count: 1, Sum: n, Min: n, Max: n, Last: n})
	for len(s.steps) > maxPoints {
		s.widen()
	}
}

func (s *series) merge(step int64, p *Point) {
	there := s.steps[step]
	if there == nil {
		s.steps[step] = p
		return
	}
	there.Count += p.Count
	there.Sum += p.Sum
	there.Min, there.Max, there.Last = min(there.Min, p.Min), max(there.Max, p.Max), p.Last
}

// widen makes one step of two.
func (s *series) widen() {
	narrow := s.steps
	s.steps = make(map[int64]*Point, len(narrow))
	s.step *= 2
	for _, step := range slices.Sorted(maps.Keys(narrow)) {
		s.merge(floorDiv(step, 2), narrow[step])
	}
}

func (s *series) points() *Series {
	if len(s.steps) == 0 {
		return nil
	}
	out := &Series{Step: Seconds(s.step)}
	for _, step := range slices.Sorted(maps.Keys(s.steps)) {
		p := *s.steps[step]
		p.Time.Time = time.Unix(0, step*int64(s.step))
		out.Points = append(out.Points, p)
	}
	return out
}

func floorDiv(a, b int64) int64 {
	if a%b < 0 {
		return a/b - 1
	}
	return a / b
}
