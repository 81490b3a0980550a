package live

import (
	"math"
	"math/bits"
	"time"
)

// A histogram counts durations in buckets of a width that is an eighth of their lower bound at most. Durations of more than four hours are
// in the last one.
type histogram [336]int64

func (h *histogram) add(d time.Duration) {
	h[bucketOf(d)]++
}

// bucketOf returns the bucket of a duration: that of its number of nanoseconds up to 15, and from there on, of the power of two
// below it and the three binary digits that follow.
func bucketOf(d time.Duration) int {
	n := uint64(max(0, d))
	shift := max(0, bits.Len64(n)-4)
	return min(shift*8+int(n>>shift), len(histogram{})-1)
}

// bounds returns what durations of a bucket are at least, and below.
func bounds(bucket int) (from, to time.Duration) {
	shift := max(0, bucket/8-1)
	from = time.Duration(bucket-shift*8) << shift
	return from, from + 1<<shift
}

// quantile returns the middle of the bucket that holds the duration at the given part of the total, 0 if there are none.
func (h *histogram) quantile(part float64, total int64) time.Duration {
	rank := int64(math.Ceil(part * float64(total)))
	for i, n := range h {
		if rank -= n; rank <= 0 && n > 0 {
			from, to := bounds(i)
			return (from + to) / 2
		}
	}
	return 0
}
