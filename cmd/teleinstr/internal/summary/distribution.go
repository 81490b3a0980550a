package summary

import (
	"math"
	"slices"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
)

const (
	exactValues    = 256
	sketchAccuracy = 0.01
	sketchBins     = 2048 // durations from a nanosecond to a day take 1,600 of them
)

// A distribution knows the quantiles of durations.
type distribution struct {
	sum, min, max time.Duration
	exact         []time.Duration
	sketch        *ddsketch.DDSketch // nil as long as there are few
}

func (d *distribution) add(v time.Duration) {
	if d.exact == nil && d.sketch == nil {
		d.min, d.max = v, v
	}
	d.sum += v
	d.min, d.max = min(d.min, v), max(d.max, v)
	if d.sketch != nil {
		d.addToSketch(v)
		return
	}
	d.exact = append(d.exact, v)
	if len(d.exact) > exactValues {
		d.startSketch()
	}
}

func (d *distribution) startSketch() {
	sketch, err := ddsketch.LogCollapsingLowestDenseDDSketch(sketchAccuracy, sketchBins)
	if err != nil {
		panic(err) // the accuracy is a constant
	}
	d.sketch = sketch
	for _, v := range d.exact {
		d.addToSketch(v)
	}
	d.exact = nil
}

func (d *distribution) addToSketch(v time.Duration) {
	if err := d.sketch.Add(float64(v)); err != nil {
		panic(err) // a sketch takes all numbers of an int64
	}
}

// quantile returns the value of the nearest rank.
func (d *distribution) quantile(q float64) time.Duration {
	if d.sketch == nil {
		slices.Sort(d.exact)
		return d.exact[nearestRank(q, float64(len(d.exact)))]
	}
	// The rank that a sketch takes is a part of the last one.
	n := d.sketch.GetCount()
	v, err := d.sketch.GetValueAtQuantile(min(1, (float64(nearestRank(q, n))+0.5)/(n-1)))
	if err != nil {
		panic(err) // it is not empty, and the quantile is from 0 to 1
	}
	return min(max(time.Duration(v), d.min), d.max)
}

// nearestRank returns a rank from 0 on.
func nearestRank(q, n float64) int { return max(0, int(math.Ceil(q*n))-1) }
