//go:build linux

package main

import (
	"context"
	"slices"
	"time"
)

// A memory is how much a process has occupied, in bytes, at equal distances in time.
type memory struct {
	samples  []float64
	distance time.Duration
	err      error
}

// watch takes samples until ctx is done.
func (m *memory) watch(ctx context.Context, p *process) {
	for sleep(ctx, m.distance) {
		bytes, err := p.resident()
		if err != nil {
			m.err = err
			return
		}
		m.samples = append(m.samples, float64(bytes))
	}
}

// settled are the samples without those of the first quarter, in which things grow to their size.
func (m *memory) settled() []float64 { return m.samples[len(m.samples)/4:] }

// slope returns by how many bytes an hour the process grows, once it has settled: the median of the slopes between
// samples of the first and of the second half.
func (m *memory) slope() float64 {
	s := m.settled()
	half := len(s) / 2
	var slopes []float64
	for i := range half {
		slopes = append(slopes, (s[half+i]-s[i])/(float64(half)*m.distance.Hours()))
	}
	return median(slopes)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
