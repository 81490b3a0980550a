// Package spantree puts the timings of a recording together again: a scope with those that ran inside of it.
//
// A recording tells of a scope when it has ended, so that those inside of it come first, and wait for it here. A scope of
// which the end is not recorded is never going to come, and the scopes around a whole program come last: what waits is
// bounded, whatever the recording holds.
package spantree

import (
	"cmp"
	"iter"
	"slices"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// A Span is a scope that has ended.
type Span struct {
	jsonl.Event
	Children []*Span // in the order in which they ended
	Size     int     // number of spans in the tree, this one included
	Omitted  int     // number of spans that are not kept, of which this one is the nearest scope around that is
}

// Options say what is kept.
type Options struct {
	// MaxWaiting is the number of spans, with those inside of them, that wait for the scope around them.
	MaxWaiting int
	// MaxSize is the number of spans of a tree; without limit if it is zero. Of a larger one, the longest are kept.
	MaxSize int
	// Orphan gets the spans that wait no longer: there are too many, or their scope is not in the recording. They are dropped
	// if it is nil.
	Orphan func(*Span)
}

// An Assembler is for one goroutine.
type Assembler struct {
	Options
	// Those that had no child since the last turn are in the old generation.
	young, old map[key]*waiting
	inYoung    int // number of spans
}

type key struct {
	stream string
	id     uint64
}

// waiting are the children of a scope that has not ended.
type waiting struct {
	spans   []*Span
	size    int
	omitted int
}

// New returns an Assembler.
func New(o Options) *Assembler {
	return &Assembler{Options: o, young: map[key]*waiting{}, old: map[key]*waiting{}}
}

// Add takes a timing and returns its tree. The tree waits for the scope around it, if there is one. A scope without id
// has no children.
func (a *Assembler) Add(e jsonl.Event) *Span {
	s := &Span{Event: e, Size: 1}
	if e.ID != 0 {
		if w := a.take(key{e.Stream.Name, e.ID}); w != nil {
			s.Children, s.Omitted = w.spans, w.omitted
			s.Size += w.size
			s = s.limited(a.MaxSize)
		}
	}
	if e.ParentID != 0 {
		a.wait(key{e.Stream.Name, e.ParentID}, s)
	}
	return s
}

// take removes what waits for a scope.
func (a *Assembler) take(k key) *waiting {
	if w := a.young[k]; w != nil {
		delete(a.young, k)
		a.inYoung -= w.size
		return w
	}
	w := a.old[k]
	if w != nil {
		delete(a.old, k)
	}
	return w
}

func (a *Assembler) wait(k key, s *Span) {
	w := a.take(k)
	if w == nil {
		w = &waiting{}
	}
	w.spans = append(w.spans, s)
	w.size += s.Size
	a.young[k] = w
	a.inYoung += w.size
	if a.MaxSize > 0 && w.size > 2*a.MaxSize {
		a.shrink(w)
	}
	switch half := a.MaxWaiting / 2; {
	case w.size > half: // one scope around a whole program
		delete(a.young, k)
		a.inYoung -= w.size
		a.giveUp(w)
	case a.inYoung >= half:
		a.turn()
	}
}

// shrink keeps the longest of the spans that wait for a scope.
func (a *Assembler) shrink(w *waiting) {
	all := (&Span{Children: w.spans, Size: w.size + 1, Omitted: w.omitted}).limited(a.MaxSize)
	gone := w.size + 1 - all.Size
	w.spans, w.size, w.omitted = all.Children, all.Size-1, all.Omitted
	a.inYoung -= gone
}

// turn gives up the old generation.
func (a *Assembler) turn() {
	for _, k := range sortedKeys(a.old) {
		a.giveUp(a.old[k])
	}
	a.old, a.young = a.young, map[key]*waiting{}
	a.inYoung = 0
}

func (a *Assembler) giveUp(w *waiting) {
	if a.Orphan != nil {
		for _, s := range w.spans {
			a.Orphan(s)
		}
	}
}

// Finish gives up all that waits, as nothing more is going to come.
func (a *Assembler) Finish() {
	a.turn()
	a.turn()
}

// sortedKeys makes what becomes of a recording depend on it alone.
func sortedKeys(m map[key]*waiting) []key {
	keys := make([]key, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.id, b.id))
	})
	return keys
}

// limited returns a tree of no more than so many spans, the longest of s. It does not change s, of which others may know. Zero
// is no limit.
func (s *Span) limited(size int) *Span {
	if size == 0 || s.Size <= size {
		return s
	}
	below := slices.AppendSeq(make([]*Span, 0, s.Size-1), s.below())
	slices.SortStableFunc(below, func(a, b *Span) int { return cmp.Compare(b.Duration, a.Duration) })
	keep := make(map[*Span]bool, size)
	for _, k := range below[:size-1] {
		keep[k] = true
	}
	return s.keeping(keep)
}

// below returns the spans inside of s, each before those inside of it.
func (s *Span) below() iter.Seq[*Span] {
	return func(yield func(*Span) bool) { s.walk(yield) }
}

func (s *Span) walk(yield func(*Span) bool) bool {
	for _, c := range s.Children {
		if !yield(c) || !c.walk(yield) {
			return false
		}
	}
	return true
}

// keeping returns a copy of s without the descendants that are not to be kept, nor those inside of them.
func (s *Span) keeping(keep map[*Span]bool) *Span {
	kept := &Span{Event: s.Event, Size: 1, Omitted: s.Omitted}
	for _, c := range s.Children {
		if !keep[c] {
			kept.Omitted += c.Size + c.Omitted
			for inside := range c.below() {
				kept.Omitted += inside.Omitted
			}
			continue
		}
		c = c.keeping(keep)
		kept.Children = append(kept.Children, c)
		kept.Size += c.Size
	}
	return kept
}
