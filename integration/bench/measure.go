package main

import (
	"runtime"
	"slices"
	"time"
)

// A subject is something whose time is measured.
type subject struct {
	name string
	// run does n operations.
	run func(n int)
	// per is the number of scopes in an operation, 1 if it is 0: results are those of one.
	per int
	// long is how many times the usual length a round of it has, 1 if it is 0.
	long int
	// yardstick names the subject of the same phase to compare with, none if it is empty.
	yardstick string
	budget    *budget
}

// A budget is what a subject must keep to, told by its result and that of its yardstick.
type budget struct {
	text string
	kept func(r *result) bool
}

// A phase is a set of subjects that are measured by turns.
type phase struct {
	name     string
	subjects []subject
	// start prepares the process for the phase and returns what undoes that.
	start func() (stop func())
}

// A result is what the rounds of a subject gave.
type result struct {
	subject
	against *result
	ops     int     // operations in a round
	scopes  float64 // scopes in an operation
	// ns, allocs and bytes are those of one scope, by round.
	ns, allocs, bytes []float64
}

// measure runs the subjects of p by turns, so that what disturbs the machine disturbs all of them, for
// the given time each in each of the rounds.
func (p phase) measure(rounds int, each time.Duration) []*result {
	if p.start != nil {
		defer p.start()()
	}
	var results []*result
	byName := map[string]*result{}
	for _, s := range p.subjects {
		r := &result{subject: s, scopes: float64(max(1, s.per))}
		r.calibrate(each * time.Duration(max(1, s.long)))
		results = append(results, r)
		byName[s.name] = r
	}
	for _, r := range results {
		r.against = byName[r.yardstick]
	}
	for range rounds {
		for _, r := range results {
			r.round()
		}
	}
	return results
}

// calibrate sets ops so that a round takes about the given time. What takes long by accident is tried again.
func (r *result) calibrate(each time.Duration) {
	for tries, ops := 0, 1; tries < 3; {
		start := time.Now()
		r.run(ops)
		if time.Since(start) > each/2 {
			tries++
		} else {
			tries, ops = 0, 2*ops
		}
		r.ops = ops
	}
}

func (r *result) round() {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	r.run(r.ops)
	elapsed := time.Since(start)
	runtime.ReadMemStats(&after)
	scopes := float64(r.ops) * r.scopes
	r.ns = append(r.ns, float64(elapsed)/scopes)
	r.allocs = append(r.allocs, float64(after.Mallocs-before.Mallocs)/scopes)
	r.bytes = append(r.bytes, float64(after.TotalAlloc-before.TotalAlloc)/scopes)
}

// ratios returns how many times the yardstick's time the subject took, by round.
func (r *result) ratios() []float64 {
	var all []float64
	for i, ns := range r.ns {
		all = append(all, ns/r.against.ns[i])
	}
	return all
}

// differences returns how many nanoseconds longer than the yardstick the subject took, by round.
func (r *result) differences() []float64 {
	var all []float64
	for i, ns := range r.ns {
		all = append(all, ns-r.against.ns[i])
	}
	return all
}

// median returns the middle of the values, and half the distance between their quartiles.
func median(values []float64) (middle, spread float64) {
	sorted := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 { return sorted[int(q*float64(len(sorted)-1)+0.5)] }
	return at(0.5), (at(0.75) - at(0.25)) / 2
}
