package live

import (
	"log/slog"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// TestStripes holds that values are put together again whatever stripes they are in.
func TestStripes(t *testing.T) {
	for _, order := range [][]int{{0, 1, 3}, {3, 1, 0}, {1, 1, 0}} {
		m := newMetric(&tally{stripes: 4}, gaugeType, tele.Metadata{})
		for i, stripe := range order {
			m.add(stripe, slog.IntValue(5-i))
		}
		v := m.total()
		if v.count != 3 || v.sum != 12 || v.min != 3 || v.max != 5 || v.last.Int64() != 3 {
			t.Errorf("%v: count %d, sum %v, min %v, max %v, last %v", order, v.count, v.sum, v.min, v.max, v.last)
		}
	}
	s := newScope(&tally{stripes: 4}, tele.Metadata{})
	for _, stripe := range []int{2, 0, 3} {
		s.add(stripe, time.Duration(5-stripe), tele.Metadata{})
	}
	if sum := s.sum(); sum.calls != 3 || sum.total != 10 || sum.min != 2 || sum.max != 5 || sum.quantile(0.5) != 3 {
		t.Errorf("%d calls, total %d, min %d, max %d, half below %d", sum.calls, sum.total, sum.min, sum.max, sum.quantile(0.5))
	}
}
