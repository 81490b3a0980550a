package summary

import "time"

// samples are what statistics on a path need.
type samples struct {
	values []float64
	seen   int64
	runs   map[*Stream]*run
}

// A run is a stream as far as a path is concerned.
type run struct {
	calls int64
	total time.Duration
}

// add takes a duration in the place of another by chance, once there are enough: Algorithm R of J. S. Vitter, Random Sampling
// with a Reservoir, 1985.
func (s *samples) add(c *Collector, d time.Duration) {
	s.seen++
	if len(s.values) < c.options.Samples {
		s.values = append(s.values, d.Seconds())
	} else if i := c.chance.Int64N(s.seen); i < int64(c.options.Samples) {
		s.values[i] = d.Seconds()
	}
	r := s.runs[c.current]
	if r == nil {
		r = &run{}
		s.runs[c.current] = r
	}
	r.calls++
	r.total += d
}

func (s *samples) means(order []*Stream) []float64 {
	var means []float64
	for _, stream := range order {
		if r := s.runs[stream]; r != nil {
			means = append(means, r.total.Seconds()/float64(r.calls))
		}
	}
	return means
}
