package summary

import (
	"cmp"
	"slices"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/spantree"
)

// A spanList fills Summary.Spans.
type spanList struct {
	summary *Summary
	at      map[*spantree.Span]int
	timings map[string]int
	streams map[string]int
}

// add returns the place of a tree in the list, at the end if it is not there yet and if there is room.
func (l *spanList) add(s *spantree.Span) (at int, ok bool) {
	if at, ok := l.at[s]; ok {
		return at, true
	}
	if len(l.summary.Spans) >= maxAllSpans {
		return 0, false
	}
	at = len(l.summary.Spans)
	l.append(s, s, -1)
	return at, true
}

// append appends a span, which is inside of first, and its descendants.
func (l *spanList) append(s, first *spantree.Span, parent int) {
	at := len(l.summary.Spans)
	l.at[s] = at
	out := &Span{
		Timing: l.timings[s.Scope], Stream: l.streams[s.Stream.Name], Below: s.Size - 1, Omitted: s.Omitted, Parent: parent,
		Start: WallTime{s.StartWallTime}, Offset: Seconds(s.StartMonotonic - first.StartMonotonic), Duration: Seconds(s.Duration),
	}
	if len(s.Attrs) > 0 {
		out.Attrs = Object(s.Attrs)
	}
	l.summary.Spans = append(l.summary.Spans, out)
	for _, c := range slices.SortedStableFunc(slices.Values(s.Children), func(a, b *spantree.Span) int {
		return cmp.Or(cmp.Compare(a.StartMonotonic, b.StartMonotonic), cmp.Compare(a.ID, b.ID))
	}) {
		l.append(c, first, at)
	}
}
