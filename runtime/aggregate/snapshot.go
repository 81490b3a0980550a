package aggregate

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// A Snapshot is what a [Reporter] has added up, by name, ready for package encoding/json. It shares nothing with the Reporter.
type Snapshot struct {
	// Timings are in seconds.
	Timings map[string]Timing `json:"timings"`
	// Counters are what was given to Count.
	Counters map[string]Counter `json:"counters"`
	// Gauges are what was given to Gauge.
	Gauges map[string]Gauge `json:"gauges"`
	// Values are the numbers that were given to Metric, and Durations the durations, in seconds.
	Values    map[string]Distribution `json:"values"`
	Durations map[string]Distribution `json:"durations"`
	// Dropped is the number of events that were not added up because of [Options.MaxNames], and Unfit that of those that cannot be added up.
	Dropped int64 `json:"dropped"`
	Unfit   int64 `json:"unfit"`
}

// A Timing sums up the scopes of a path.
type Timing struct {
	Errors int64 `json:"errors"`
	Distribution
}

// A Distribution sums up numbers.
type Distribution struct {
	Count int64  `json:"count"`
	Sum   Number `json:"sum"`
	Min   Number `json:"min"`
	Max   Number `json:"max"`
	// Quantiles go by the names p50, p99.9 and so on.
	Quantiles map[string]Number `json:"quantiles"`
}

// A Counter sums up increments.
type Counter struct {
	Count int64 `json:"count"`
	Sum   int64 `json:"sum"`
}

// A Gauge sums up the values of a gauge.
type Gauge struct {
	Count int64  `json:"count"`
	Last  Number `json:"last"`
	Min   Number `json:"min"`
	Max   Number `json:"max"`
}

// A Number is a float64 that is written to JSON as a string where JSON has no such number.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	if f := float64(n); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return json.Marshal(f)
	}
	return strconv.AppendQuote(nil, fmt.Sprint(float64(n))), nil
}

// Snapshot returns what r has added up until now. Events that come while it is made are in some of it.
func (r *Reporter) Snapshot() Snapshot {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.snapshot(r.entries, r.dropped.Load(), r.unfit.Load())
}

// Reset forgets all events, and returns what they added up to: each event is in the results of one Reset, and in no other.
func (r *Reporter) Reset() Snapshot {
	r.mu.Lock()
	entries, dropped, unfit := r.entries, r.dropped.Swap(0), r.unfit.Swap(0)
	r.entries = map[key]entry{}
	r.mu.Unlock()
	return r.snapshot(entries, dropped, unfit)
}

// String implements [expvar.Var]: it returns a [Snapshot] as JSON.
func (r *Reporter) String() string {
	text, err := json.Marshal(r.Snapshot())
	if err != nil {
		panic(err) // there is nothing in a Snapshot that could not be marshalled
	}
	return string(text)
}

func (r *Reporter) snapshot(entries map[key]entry, dropped, unfit int64) Snapshot {
	s := Snapshot{
		Timings: map[string]Timing{}, Counters: map[string]Counter{}, Gauges: map[string]Gauge{},
		Values: map[string]Distribution{}, Durations: map[string]Distribution{}, Dropped: dropped, Unfit: unfit,
	}
	for k, e := range entries {
		switch e := e.(type) {
		case *counter:
			if c := e.sumUp(); c.Count > 0 {
				s.Counters[k.name] = c
			}
		case *gauge:
			if g := e.sumUp(); g.Count > 0 {
				s.Gauges[k.name] = g
			}
		case *distribution:
			errors, d, ok := e.sumUp(r)
			switch {
			case !ok: // nothing has been added yet
			case k.kind == scopes:
				s.Timings[k.name] = Timing{errors, d}
			case k.kind == durations:
				s.Durations[k.name] = d
			default:
				s.Values[k.name] = d
			}
		default:
			panic(fmt.Sprintf("no summary of %T", e))
		}
	}
	return s
}

func (c *counter) sumUp() Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Counter{Count: c.count, Sum: c.sum}
}

func (g *gauge) sumUp() Gauge {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Gauge{Count: g.count, Last: Number(g.last), Min: Number(g.min), Max: Number(g.max)}
}

// sumUp returns the number of errors and what there is of the numbers, if there is any.
func (d *distribution) sumUp(r *Reporter) (errors int64, sum Distribution, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	least, err := d.sketch.GetMinValue()
	if err != nil {
		return 0, Distribution{}, false
	}
	greatest, _ := d.sketch.GetMaxValue()
	sum = Distribution{
		Count: int64(d.sketch.GetCount()), Sum: Number(d.sketch.GetSum()), Min: Number(least), Max: Number(greatest),
		Quantiles: make(map[string]Number, len(r.labels)),
	}
	for i, q := range r.options.Quantiles {
		value, err := d.sketch.GetValueAtQuantile(q)
		if err != nil {
			panic(err) // the quantile is between 0 and 1, and there are values
		}
		sum.Quantiles[r.labels[i]] = Number(value)
	}
	return d.errors, sum, true
}
