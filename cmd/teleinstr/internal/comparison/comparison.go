// Package comparison tells what got slower between two recordings.
//
// Durations of a path are compared by their medians, and by the Mann-Whitney U test for whether the difference may be
// chance, as benchstat compares benchmarks. What counts as one measurement is a run of the program, if both recordings
// hold enough of them, and else a call: calls of one run have in common what differs from run to run, such as what
// else the machine was at, and that the test cannot know.
package comparison

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/perf/benchmath"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

// Confidence is the level of the statements: intervals of medians, and of differences.
const Confidence = 0.95

// MinRuns is the number of runs on either side from which on runs are compared and not calls. With fewer, the test could not
// find even the clearest difference.
const MinRuns = 4

// Samples is the number of calls that are compared at most, of either side: for summary.Options.
const Samples = 1000

// A Comparison is ready for package encoding/json.
type Comparison struct {
	// Threshold is the change of a median, as a part of the old one, beyond which a path is slower or faster.
	Threshold  float64 `json:"threshold"`
	Confidence float64 `json:"confidence"`
	// Changes has the slower paths first, then by how much time changed in all.
	Changes []*Change `json:"changes"`
}

// A Verdict is what is to be said of a path.
type Verdict string

// The verdicts.
const (
	Slower Verdict = "slower"  // by more than the threshold, and not by chance
	Faster Verdict = "faster"  // the same the other way round
	Same   Verdict = "same"    // no change beyond the threshold that is not chance
	TooFew Verdict = "too few" // calls to tell
	New    Verdict = "new"     // only in the new recording
	Gone   Verdict = "gone"    // only in the old one
)

// A Change compares a path.
type Change struct {
	Scope   string  `json:"scope"`
	Verdict Verdict `json:"verdict"`
	Old     *Side   `json:"old,omitempty"`
	New     *Side   `json:"new,omitempty"`
	// Delta is the change of the median as a part of the old one, 0.1 for a tenth slower; infinite if the old one is 0 and the new one is not.
	Delta simple.Number `json:"delta"`
	// P is the probability of such a difference, or a greater one, if nothing had changed.
	P float64 `json:"p"`
	// Unit is what was compared, calls or runs.
	Unit string `json:"unit,omitempty"`
}

// A Side is a path in one of the recordings. Times are in seconds.
type Side struct {
	Calls  int64 `json:"calls"`
	Errors int64 `json:"errors"`
	// Count is the number of measurements.
	Count  int     `json:"measurements"`
	Median float64 `json:"median_s"`
	// Low and High bound the median with the confidence. Both are the median if there are too few measurements for that.
	Low  float64 `json:"median_low_s"`
	High float64 `json:"median_high_s"`

	total float64
}

// Compare compares two summaries, collected with Samples.
func Compare(before, after *summary.Summary, threshold float64) *Comparison {
	c := &Comparison{Threshold: threshold, Confidence: Confidence, Changes: []*Change{}}
	old := byScope(before)
	for _, t := range after.Timings {
		if t.Calls > 0 {
			c.Changes = append(c.Changes, compare(old[t.Scope], t, threshold))
		}
	}
	current := byScope(after)
	for _, t := range before.Timings {
		if t.Calls > 0 && current[t.Scope] == nil {
			c.Changes = append(c.Changes, &Change{Scope: t.Scope, Verdict: Gone, Old: newSide(t)})
		}
	}
	slices.SortStableFunc(c.Changes, func(a, b *Change) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.impact(), a.impact()), strings.Compare(a.Scope, b.Scope))
	})
	return c
}

func byScope(s *summary.Summary) map[string]*summary.Timing {
	timings := map[string]*summary.Timing{}
	for _, t := range s.Timings {
		if t.Calls > 0 {
			timings[t.Scope] = t
		}
	}
	return timings
}

func newSide(t *summary.Timing) *Side {
	return &Side{Calls: t.Calls, Errors: t.Errors, total: float64(t.Total)}
}

func compare(old, current *summary.Timing, threshold float64) *Change {
	c := &Change{Scope: current.Scope, Verdict: New, New: newSide(current)}
	if old == nil {
		return c
	}
	c.Old = newSide(old)
	c.Unit = "calls"
	before, after := old.Samples, current.Samples
	if len(old.Runs) >= MinRuns && len(current.Runs) >= MinRuns {
		c.Unit = "runs"
		before, after = old.Runs, current.Runs
	}
	thresholds := benchmath.Thresholds{CompareAlpha: 1 - Confidence}
	a, b := benchmath.NewSample(slices.Clone(before), &thresholds), benchmath.NewSample(slices.Clone(after), &thresholds)
	c.Old.fill(a)
	c.New.fill(b)
	test := benchmath.AssumeNothing.Compare(a, b)
	c.P = test.P
	if c.Old.Median != c.New.Median {
		c.Delta = simple.Number(c.New.Median/c.Old.Median - 1)
	}
	c.Verdict = verdict(c, test.Alpha, simple.Number(threshold))
	return c
}

func (s *Side) fill(sample *benchmath.Sample) {
	median := benchmath.AssumeNothing.Summary(sample, Confidence)
	s.Count, s.Median, s.Low, s.High = len(sample.Values), median.Center, median.Lo, median.Hi
	if len(median.Warnings) > 0 {
		s.Low, s.High = s.Median, s.Median
	}
}

func verdict(c *Change, alpha float64, threshold simple.Number) Verdict {
	switch {
	case leastP(c.Old.Count, c.New.Count) >= alpha:
		return TooFew
	case c.P >= alpha:
		return Same
	case c.Delta > threshold:
		return Slower
	case c.Delta < -threshold:
		return Faster
	}
	return Same
}

// leastP returns the p of two sides of which all measurements of one are less than all of the other, about: one of the ways in which
// ranks can be given to the sides, and its opposite.
func leastP(n, m int) float64 {
	p := 2.0
	for i := range min(n, m) {
		p *= float64(i+1) / float64(n+m-i)
	}
	return p
}

// Count returns the number of changes of a verdict.
func (c *Comparison) Count(v Verdict) int {
	n := 0
	for _, change := range c.Changes {
		if change.Verdict == v {
			n++
		}
	}
	return n
}

// rank puts what matters first.
func (c *Change) rank() int {
	return slices.Index([]Verdict{Slower, Faster, TooFew, Same, New, Gone}, c.Verdict)
}

// impact returns by how much the total changed.
func (c *Change) impact() float64 {
	total := 0.0
	if c.New != nil {
		total += c.New.total
	}
	if c.Old != nil {
		total -= c.Old.total
	}
	return max(total, -total)
}

// Statement says in words what was found, and how sure it is.
func (c *Comparison) Statement() string {
	compared := c.Count(Slower) + c.Count(Faster) + c.Count(Same)
	out := fmt.Sprintf("%d slower, %d faster, %d without a difference of more than %g%%", c.Count(Slower), c.Count(Faster), c.Count(Same), 100*c.Threshold)
	for _, v := range []Verdict{TooFew, New, Gone} {
		if n := c.Count(v); n > 0 {
			out += fmt.Sprintf(", %d %s", n, v)
		}
	}
	if compared == 0 {
		return out + "."
	}
	out += fmt.Sprintf(".\nMedians with %g%% confidence; differences by the Mann-Whitney U test, p < %.2f: of scopes that did not change, one in %.0f may look as if.",
		100*Confidence, 1-Confidence, 1/(1-Confidence))
	if slices.ContainsFunc(c.Changes, func(c *Change) bool { return c.Unit == "calls" }) {
		out += fmt.Sprintf("\nCalls are compared where a side has fewer than %d runs: what differs from run to run, such as other load, is not told from a change of the program.", MinRuns)
	}
	return out
}
