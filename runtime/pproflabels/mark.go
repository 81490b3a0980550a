package pproflabels

import (
	"sync/atomic"
	"unsafe"
)

// A labelSet is what a goroutine has for labels: a pointer that no other labels have. It is nil without any.
type labelSet = unsafe.Pointer

//go:linkname current runtime/pprof.runtime_getProfLabel
func current() labelSet

//go:linkname set runtime/pprof.runtime_setProfLabel
func set(labelSet)

// A mark is what is known of the labels of a scope. It keeps no context alive.
type mark struct {
	labels labelSet
	base   labelSet // what the goroutine had before this scope and those around it on the goroutine
	outer  *mark    // the scope whose label the goroutine had, nil if it had none of a scope
	depth  int      // the number of outer ones
	ended  atomic.Bool
}

// maxDepth is the number of scopes around another on a goroutine that are remembered. Others, it is
// taken, have ended, as in a program that starts scopes in a loop for others to end.
const maxDepth = 1000

// startIn is for a mark of a scope that starts on a goroutine with the labels of outer.
func (m *mark) startIn(outer *mark) {
	m.base = outer.base
	for outer != nil && outer.ended.Load() {
		outer = outer.outer
	}
	if outer != nil && outer.depth < maxDepth {
		m.outer, m.depth = outer, outer.depth+1
	}
}

// restored returns the labels for a goroutine that has those of m, which has ended: those of the innermost scope around that goes
// on, or what the goroutine had before all of them.
func (m *mark) restored() labelSet {
	for outer := m.outer; outer != nil; outer = outer.outer {
		if !outer.ended.Load() {
			return outer.labels
		}
	}
	return m.base
}

// A table finds marks by their labels. It has one place for marks of the same hash, so that it forgets.
type table [1 << 12]atomic.Pointer[mark]

func (t *table) slot(labels labelSet) *atomic.Pointer[mark] {
	return &t[uint64(uintptr(labels))*0x9e3779b97f4a7c15>>52]
}

func (t *table) add(m *mark) { t.slot(m.labels).Store(m) }

// find returns the mark with the labels, nil if it is not known.
func (t *table) find(labels labelSet) *mark {
	if m := t.slot(labels).Load(); m != nil && m.labels == labels {
		return m
	}
	return nil
}
