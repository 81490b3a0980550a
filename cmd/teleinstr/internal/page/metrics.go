package page

import (
	"cmp"
	"slices"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

type metric struct {
	Scope   string           `json:"scope"`
	Parent  string           `json:"parent,omitempty"`
	Type    string           `json:"type,omitempty"`
	Count   int64            `json:"count"`
	Last    string           `json:"last"` // as text
	Numbers *summary.Numbers `json:"numbers,omitempty"`
	Series  *series          `json:"series,omitempty"`
}

// A series has numbers for each of its steps, with the names that Point has for them. Steps without a value are left out.
type series struct {
	Step  int64           `json:"step"`
	Times []int64         `json:"times"`
	Count []int64         `json:"count"`
	Sum   []simple.Number `json:"sum"`
	Min   []simple.Number `json:"min,omitempty"` // those of a counter are left out
	Max   []simple.Number `json:"max,omitempty"`
	Last  []simple.Number `json:"last,omitempty"`
}

const maxLast = 200 // bytes of a value

// addMetrics adds metrics, with the series of those that have the most values, as far as there is room.
func (d *data) addMetrics(s *summary.Summary) {
	for _, m := range s.Metrics {
		d.Metrics = append(d.Metrics, metric{m.Scope, m.ParentScope, m.Type, m.Count, shortened(summary.Text(m.Last), maxLast), m.Numbers, nil})
	}
	order := make([]int, len(s.Metrics))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Metrics[b].Count, s.Metrics[a].Count) })
	room := maxSeries
	for _, i := range order {
		from := s.Metrics[i].Series
		if from == nil {
			continue
		}
		to := newSeries(from, s.Metrics[i].Type == "counter")
		if room -= size(to); room < 0 {
			d.LeftOut.Series++
			continue
		}
		d.Metrics[i].Series = to
	}
}

func newSeries(from *summary.Series, counter bool) *series {
	to := &series{Step: int64(from.Step)}
	for _, p := range from.Points {
		to.Times = append(to.Times, micros(p.Time))
		to.Count = append(to.Count, p.Count)
		to.Sum = append(to.Sum, p.Sum)
		if !counter {
			to.Min, to.Max, to.Last = append(to.Min, p.Min), append(to.Max, p.Max), append(to.Last, p.Last)
		}
	}
	return to
}
