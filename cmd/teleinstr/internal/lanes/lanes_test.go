package lanes_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/lanes"
)

func TestAssign(t *testing.T) {
	for name, test := range map[string]struct {
		spans []lanes.Span
		want  []int
	}{
		"none":             {nil, []int{}},
		"nested":           {[]lanes.Span{{0, 9, -1}, {1, 8, 0}, {2, 3, 1}}, []int{0, 0, 0}},
		"one by one":       {[]lanes.Span{{0, 9, -1}, {1, 2, 0}, {2, 3, 0}}, []int{0, 0, 0}},
		"side by side":     {[]lanes.Span{{0, 9, -1}, {1, 5, 0}, {2, 6, 0}, {3, 4, 1}}, []int{0, 0, 1, 0}},
		"with its parent":  {[]lanes.Span{{0, 9, -1}, {1, 5, 0}, {2, 6, 0}, {3, 4, 2}}, []int{0, 0, 1, 1}},
		"outlives parent":  {[]lanes.Span{{0, 4, -1}, {3, 6, 0}, {7, 8, -1}}, []int{0, 1, 0}},
		"not by start":     {[]lanes.Span{{0, 9, -1}, {5, 6, 0}, {1, 2, 0}}, []int{0, 0, 0}},
		"at the same time": {[]lanes.Span{{0, 9, -1}, {0, 9, 0}, {0, 9, 1}}, []int{0, 0, 0}},
	} {
		if diff := cmp.Diff(test.want, lanes.Assign(test.spans)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestRandom checks that on a lane, each span lies either inside of another or apart from it.
func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		spans := make([]lanes.Span, 1+r.IntN(60))
		for i := range spans {
			start := time.Duration(r.IntN(100))
			spans[i] = lanes.Span{Start: start, End: start + time.Duration(r.IntN(30)), Parent: r.IntN(i+1) - 1}
		}
		assigned := lanes.Assign(spans)
		for i, a := range spans {
			for j, b := range spans[:i] {
				if assigned[i] == assigned[j] && a.Start < b.End && b.Start < a.End && !within(a, b) && !within(b, a) {
					t.Fatalf("%v and %v are both on lane %d", a, b, assigned[i])
				}
			}
		}
	}
}

func within(a, b lanes.Span) bool { return a.Start >= b.Start && a.End <= b.End }
