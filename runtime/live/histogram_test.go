package live

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestBuckets holds that buckets follow on one another, hold what they are for, and are as narrow as is said.
func TestBuckets(t *testing.T) {
	end := time.Duration(0)
	for i := range len(histogram{}) {
		from, to := bounds(i)
		if from != end || bucketOf(from) != i || bucketOf(to-1) != i {
			t.Fatalf("bucket %d is from %d to %d, after %d; these are in %d and %d", i, from, to, end, bucketOf(from), bucketOf(to-1))
		}
		if i >= 16 && to-from > from/8 {
			t.Errorf("bucket %d is from %d to %d", i, from, to)
		}
		end = to
	}
	if end < 4*time.Hour || bucketOf(1<<62) != len(histogram{})-1 || bucketOf(-1) != 0 {
		t.Errorf("the last bucket ends at %v", end)
	}
}

func TestQuantile(t *testing.T) {
	var s sums
	if q := s.quantile(0.5); q != 0 {
		t.Errorf("of nothing: %v", q)
	}
	random := rand.New(rand.NewPCG(1, 2))
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(random.ExpFloat64() * float64(time.Millisecond))
		all = append(all, d)
		s.add(d, false)
	}
	slices.Sort(all)
	for _, part := range []float64{0.001, 0.5, 0.95, 0.99, 1} {
		want := all[int(part*10_000)-1]
		if got := s.quantile(part); float64(got-want) > float64(want)/15 || float64(want-got) > float64(want)/15 {
			t.Errorf("%v: got %v, want %v", part, got, want)
		}
	}
}
