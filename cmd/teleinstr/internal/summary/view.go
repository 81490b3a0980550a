package summary

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A View selects timings and puts them into an order. The zero View has all, in the order of Summary.Timings.
type View struct {
	Sort string // one of SortKeys, total if it is empty
	// Flat leaves the tree: paths are rows by themselves, in one order.
	Flat bool
	// Match selects paths, by a match anywhere; with those around them, if the view is not flat. Nil selects all.
	Match *regexp.Regexp
	// MaxDepth is the number of levels to show, all if it is zero.
	MaxDepth int
	// Limit is the number of rows, and of metrics, without limit if it is zero.
	Limit int
}

// A Row is a timing in a view.
type Row struct {
	*Timing
	Label  string // the path, or what it adds to that of the row that Indent makes its parent
	Indent int
	// Context is for a row that is shown for those inside of it only.
	Context bool
}

// orders compare timings, the first of a list before others.
var orders = map[string]func(a, b *Timing) int{
	"total":  descending(func(t *Timing) Seconds { return t.Total }),
	"self":   descending(func(t *Timing) Seconds { return t.Self }),
	"mean":   descending(func(t *Timing) Seconds { return t.Mean }),
	"p50":    descending(func(t *Timing) Seconds { return t.P50 }),
	"p95":    descending(func(t *Timing) Seconds { return t.P95 }),
	"p99":    descending(func(t *Timing) Seconds { return t.P99 }),
	"max":    descending(func(t *Timing) Seconds { return t.Max }),
	"calls":  descending(func(t *Timing) int64 { return t.Calls }),
	"errors": descending(func(t *Timing) int64 { return t.Errors }),
	"name":   func(a, b *Timing) int { return 0 },
}

func descending[T cmp.Ordered](of func(*Timing) T) func(a, b *Timing) int {
	return func(a, b *Timing) int { return cmp.Compare(of(b), of(a)) }
}

// SortKeys returns what View.Sort may be.
func SortKeys() []string { return slices.Sorted(maps.Keys(orders)) }

// Rows returns the rows of the view, and the number of those beyond the limit.
func (v View) Rows(s *Summary) (rows []Row, more int) {
	if v.Flat {
		rows = v.flat(s)
	} else {
		rows = v.tree(s.Roots, 0)
	}
	return limited(v, rows)
}

// Metrics returns the metrics that match, and the number of those beyond the limit.
func (v View) Metrics(s *Summary) (metrics []*Metric, more int) {
	return limited(v, slices.DeleteFunc(slices.Clone(s.Metrics), func(m *Metric) bool { return !v.matches(m.Scope) }))
}

func limited[T any](v View, all []T) (some []T, more int) {
	if v.Limit > 0 && len(all) > v.Limit {
		return all[:v.Limit], len(all) - v.Limit
	}
	return all, 0
}

func (v View) matches(path string) bool { return v.Match == nil || v.Match.MatchString(path) }

func (v View) flat(s *Summary) []Row {
	var rows []Row
	for _, t := range v.sorted(s.Timings) {
		if v.matches(t.Scope) && (v.MaxDepth == 0 || t.Depth < v.MaxDepth) {
			rows = append(rows, Row{Timing: t, Label: t.Scope})
		}
	}
	return rows
}

func (v View) tree(siblings []*Timing, depth int) []Row {
	if v.MaxDepth > 0 && depth == v.MaxDepth {
		return nil
	}
	var rows []Row
	for _, t := range v.sorted(siblings) {
		below := v.tree(t.Children, depth+1)
		if matches := v.matches(t.Scope); matches || len(below) > 0 {
			rows = append(rows, Row{t, t.Name(), depth, !matches})
			rows = append(rows, below...)
		}
	}
	return rows
}

func (v View) sorted(timings []*Timing) []*Timing {
	order := orders[cmp.Or(v.Sort, "total")]
	return slices.SortedFunc(slices.Values(timings), func(a, b *Timing) int {
		return cmp.Or(order(a, b), strings.Compare(a.Scope, b.Scope))
	})
}

// Name returns what the path adds to that of the parent.
func (t *Timing) Name() string {
	if t.ParentScope == "" {
		return t.Scope
	}
	return strings.TrimPrefix(t.Scope, t.ParentScope+".")
}
