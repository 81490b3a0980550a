package aggregate

import (
	"math"
	"sync"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// binsPerPart is the number of bins of a sketch, for numbers above and below zero each, times the accuracy: a bin is wider than the one
// before by the factor (1+accuracy)/(1-accuracy), so that all of them cover a factor of more than 10^17.
const binsPerPart = 20

// An entry is what is kept of a name.
type entry interface {
	// add reports whether the value could be added.
	add(number float64, increment int64, failed bool) bool
}

func (r *Reporter) newEntry(k kind) entry {
	switch k {
	case counters:
		return new(counter)
	case gauges:
		return new(gauge)
	}
	bins := func() store.Store {
		return store.NewCollapsingLowestDenseStore(int(binsPerPart/r.options.Accuracy) + 1)
	}
	return &distribution{sketch: ddsketch.NewDDSketchWithExactSummaryStatistics(r.mapping, bins)}
}

type counter struct {
	mu         sync.Mutex
	count, sum int64
}

func (c *counter) add(_ float64, increment int64, _ bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	c.sum += increment
	return true
}

type gauge struct {
	mu             sync.Mutex
	count          int64
	last, min, max float64
}

func (g *gauge) add(number float64, _ int64, _ bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	// A NaN, which compares to nothing, is least and greatest only as long as there is no number.
	if g.count == 0 || number < g.min || math.IsNaN(g.min) {
		g.min = number
	}
	if g.count == 0 || number > g.max || math.IsNaN(g.max) {
		g.max = number
	}
	g.count++
	g.last = number
	return true
}

// A distribution is of durations or other numbers.
type distribution struct {
	mu     sync.Mutex
	errors int64
	sketch *ddsketch.DDSketchWithExactSummaryStatistics
}

func (d *distribution) add(number float64, _ int64, failed bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.sketch.Add(number); err != nil {
		return false // greater than what has an index: the greatest there are
	}
	if failed {
		d.errors++
	}
	return true
}
