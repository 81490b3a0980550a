package live

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/teleinstr/teleinstr/runtime/internal/scopepath"
)

// A branch is a scope of the tree with those inside it.
type branch struct {
	*sums
	path     string
	place    place
	inFlight int64
	children []*branch
}

// newTree arranges the scopes of a tally and those in flight. It returns a branch without a path, whose children are the roots.
func newTree(t *tally, inFlight []Scope) *branch {
	branches := map[string]*branch{}
	for path, s := range *t.scopes.Load() {
		branches[path] = &branch{sums: s.sum(), path: path, place: *s.place.Load()}
	}
	for _, s := range inFlight {
		b := branches[s.Scope]
		if b == nil {
			b = &branch{sums: new(sums), path: s.Scope, place: place{s.ParentScope, s.Depth}}
			branches[s.Scope] = b
		}
		b.inFlight++
	}
	addParents(branches)
	root := new(branch)
	for _, b := range branches {
		parent := root
		if b.place.parent != "" {
			parent = branches[b.place.parent]
		}
		parent.children = append(parent.children, b)
	}
	return root
}

// addParents makes branches for parents of which nothing but the path is known: they have not ended since the View was reset.
func addParents(branches map[string]*branch) {
	var unknown []*branch
	for _, b := range branches {
		if p := b.place.parent; p != "" && branches[p] == nil {
			unknown = append(unknown, &branch{sums: new(sums), path: p, place: place{depth: b.place.depth - 1}})
		}
	}
	for _, b := range unknown {
		branches[b.path] = b
	}
	for _, b := range unknown {
		b.place.parent = scopepath.Nearest(branches, b.path)
	}
	for _, b := range branches {
		if len(b.place.parent) >= len(b.path) {
			b.place.parent = scopepath.Nearest(branches, b.path)
		}
	}
}

// timings lists the branches inside b, depth first.
func (b *branch) timings(elapsed time.Duration) []Timing {
	slices.SortFunc(b.children, func(x, y *branch) int {
		return cmp.Or(cmp.Compare(y.total, x.total), strings.Compare(x.path, y.path))
	})
	list := []Timing{}
	for _, c := range b.children {
		list = append(list, c.timing(elapsed))
		list = append(list, c.timings(elapsed)...)
	}
	return list
}

func (b *branch) timing(elapsed time.Duration) Timing {
	t := Timing{
		Scope: b.path, ParentScope: b.place.parent, Depth: b.place.depth,
		Calls: b.calls, Errors: b.errors, InFlight: b.inFlight, Rate: perSecond(float64(b.calls), elapsed),
		Total: b.total.Seconds(), Min: b.min.Seconds(), Max: b.max.Seconds(),
		P50: b.quantile(0.5).Seconds(), P95: b.quantile(0.95).Seconds(), P99: b.quantile(0.99).Seconds(),
	}
	if b.calls > 0 {
		t.Mean = (b.total / time.Duration(b.calls)).Seconds()
	}
	self := b.total
	for _, c := range b.children {
		self -= c.total
	}
	t.Self = max(0, self).Seconds()
	return t
}
