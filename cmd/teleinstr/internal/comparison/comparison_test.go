package comparison_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/comparison"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// A side is what one recording holds of a path: calls in each of some runs, with durations around a median.
type side struct {
	runs, calls int
	median      time.Duration
	// between is by how much the runs differ from each other, as a part.
	between float64
}

func (s side) summary(chance *rand.Rand) *summary.Summary {
	c := summary.New(summary.Options{Samples: comparison.Samples})
	for run := range s.runs {
		stream := &jsonl.Stream{Name: fmt.Sprint(run)}
		factor := 1 + s.between*chance.NormFloat64()
		for call := range s.calls {
			d := time.Duration(float64(s.median) * factor * math.Exp(0.3*chance.NormFloat64()))
			c.Add(&jsonl.Event{Stream: stream, Seq: uint64(call + 1), Timing: true, Scope: "a", Duration: d})
		}
	}
	return c.Summary()
}

func compare(old, current side, chance *rand.Rand) *comparison.Change {
	return comparison.Compare(old.summary(chance), current.summary(chance), 0.1).Changes[0]
}

func TestVerdict(t *testing.T) {
	for name, test := range map[string]struct {
		old, current side
		want         comparison.Verdict
		unit         string
	}{
		"slower":                   {side{1, 500, 1e6, 0}, side{1, 500, 1.3e6, 0}, comparison.Slower, "calls"},
		"faster":                   {side{1, 500, 1e6, 0}, side{1, 500, 0.7e6, 0}, comparison.Faster, "calls"},
		"below the threshold":      {side{1, 50_000, 1e6, 0}, side{1, 50_000, 1.05e6, 0}, comparison.Same, "calls"},
		"one call":                 {side{1, 1, 1e6, 0}, side{1, 1, 9e6, 0}, comparison.TooFew, "calls"},
		"slower in runs":           {side{8, 20, 1e6, 0.02}, side{8, 20, 1.3e6, 0.02}, comparison.Slower, "runs"},
		"runs on one side":         {side{8, 20, 1e6, 0.02}, side{1, 100, 1.3e6, 0.02}, comparison.Slower, "calls"},
		"runs that differ as such": {side{8, 1000, 1e6, 0.5}, side{8, 1000, 1.15e6, 0.5}, comparison.Same, "runs"},
	} {
		c := compare(test.old, test.current, rand.New(rand.NewPCG(1, 1)))
		if c.Verdict != test.want || c.Unit != test.unit {
			t.Errorf("%s: %s by %s, want %s by %s; %+v %+v p=%v", name, c.Verdict, c.Unit, test.want, test.unit, c.Old, c.New, c.P)
		}
	}
}

// TestExactDurations has calls that take the same time, as those that are shorter than a tick of the clock.
func TestExactDurations(t *testing.T) {
	of := func(calls int, d time.Duration) *summary.Summary {
		c := summary.New(summary.Options{Samples: comparison.Samples})
		for call := range calls {
			c.Add(&jsonl.Event{Stream: &jsonl.Stream{Name: "s"}, Seq: uint64(call + 1), Timing: true, Scope: "a", Duration: d})
		}
		return c.Summary()
	}
	for name, test := range map[string]struct {
		old, current *summary.Summary
		want         comparison.Verdict
		delta        float64
	}{
		"the same":             {of(10, time.Second), of(10, time.Second), comparison.Same, 0},
		"nothing":              {of(10, 0), of(10, 0), comparison.Same, 0},
		"from nothing on":      {of(10, 0), of(10, time.Second), comparison.Slower, math.Inf(1)},
		"to nothing":           {of(10, time.Second), of(10, 0), comparison.Faster, -1},
		"one call and many":    {of(1, time.Second), of(30, time.Minute), comparison.TooFew, 59},
		"one call and a crowd": {of(1, time.Second), of(100, time.Minute), comparison.Slower, 59},
	} {
		c := comparison.Compare(test.old, test.current, 0.1)
		if got := c.Changes[0]; got.Verdict != test.want || float64(got.Delta) != test.delta {
			t.Errorf("%s: %s by %v, want %s by %v, p=%v", name, got.Verdict, got.Delta, test.want, test.delta, got.P)
		}
		if _, err := json.Marshal(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConfidence counts how often chance passes for a change, and intervals miss the median.
func TestConfidence(t *testing.T) {
	const times = 400
	chance := rand.New(rand.NewPCG(1, 1))
	changes, missed := 0, 0
	for range times {
		c := compare(side{1, 60, 1e6, 0}, side{1, 60, 1e6, 0}, chance)
		if c.P < 0.05 {
			changes++
		}
		if c.Old.Low > 0.001 || c.Old.High < 0.001 {
			missed++
		}
	}
	// With a probability of 0.05, 36 of 400 or more come about once in a thousand times.
	if changes > 35 || missed > 35 {
		t.Errorf("%d of %d comparisons found a change where there was none, %d intervals missed the median", changes, times, missed)
	}
	if changes == 0 || missed == 0 {
		t.Errorf("%d and %d: no chance at all", changes, missed)
	}
}

func TestNewAndGone(t *testing.T) {
	of := func(paths ...string) *summary.Summary {
		c := summary.New(summary.Options{Samples: comparison.Samples})
		for i, path := range paths {
			c.Add(&jsonl.Event{Stream: &jsonl.Stream{Name: "s"}, Seq: uint64(i + 1), Timing: true, Scope: path, Duration: time.Second})
		}
		return c.Summary()
	}
	c := comparison.Compare(of("a", "b"), of("b", "c", "c"), 0.1)
	var got []string
	for _, change := range c.Changes {
		got = append(got, fmt.Sprintf("%s %s", change.Scope, change.Verdict))
	}
	if want := "[b too few c new a gone]"; fmt.Sprint(got) != want {
		t.Errorf("changes %v, want %v", got, want)
	}
	if s := c.Statement(); !strings.HasPrefix(s, "0 slower, 0 faster, 0 without a difference of more than 10%, 1 too few, 1 new, 1 gone.") {
		t.Errorf("statement: %s", s)
	}
}
