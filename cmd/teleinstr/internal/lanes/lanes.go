// Package lanes puts scopes on lanes, as the viewers of traces have it: on a lane, a scope lies either inside of another or apart from
// it. Scopes side by side are put on different ones.
package lanes

import (
	"cmp"
	"slices"
	"time"
)

// A Span is a scope.
type Span struct {
	Start, End time.Duration
	Parent     int // index of the scope around it, -1 if there is none; less than that of the span itself
}

// Assign returns the lane of each span, from 0 on. A span is on the lane of its parent, if it lies inside of that and apart from other children there.
func Assign(spans []Span) []int {
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(spans[a].Start, spans[b].Start), cmp.Compare(a, b))
	})
	assigned := make([]int, len(spans))
	for i := range assigned {
		assigned[i] = -1
	}
	var all []*lane
	for _, i := range order {
		assigned[i] = assign(spans, assigned, i, &all)
	}
	return assigned
}

// A lane is the spans that have not ended where the next one starts, the innermost last.
type lane struct{ open []int }

func assign(spans []Span, assigned []int, i int, all *[]*lane) int {
	s := spans[i]
	for _, l := range *all {
		l.close(spans, s.Start)
	}
	if s.Parent >= 0 && assigned[s.Parent] >= 0 {
		at := assigned[s.Parent]
		l := (*all)[at]
		if len(l.open) > 0 && l.open[len(l.open)-1] == s.Parent && s.End <= spans[s.Parent].End {
			l.open = append(l.open, i)
			return at
		}
	}
	for at, l := range *all {
		if len(l.open) == 0 {
			l.open = append(l.open, i)
			return at
		}
	}
	*all = append(*all, &lane{[]int{i}})
	return len(*all) - 1
}

func (l *lane) close(spans []Span, now time.Duration) {
	for len(l.open) > 0 && spans[l.open[len(l.open)-1]].End <= now {
		l.open = l.open[:len(l.open)-1]
	}
}
