package rewrite

import (
	"cmp"
	"slices"
)

// A splice replaces the bytes of a source from start up to end by text.
type splice struct {
	start, end int
	text       string
}

// apply returns src with the splices made. Splices must not overlap; those at the same place are made in
// the order given.
func apply(src []byte, splices []splice) []byte {
	if len(splices) == 0 {
		return src
	}
	slices.SortStableFunc(splices, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	out := make([]byte, 0, len(src))
	last := 0
	for _, s := range splices {
		if s.start < last || s.end < s.start {
			panic("rewrite: splices overlap")
		}
		out = append(out, src[last:s.start]...)
		out = append(out, s.text...)
		last = s.end
	}
	return append(out, src[last:]...)
}
