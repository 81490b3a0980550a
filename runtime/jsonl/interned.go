package jsonl

import "hash/maphash"

// Bounds of what is interned.
const (
	maxInterned  = 256     // the length of a string
	internedSets = 1 << 11 // the number of sets of two strings
)

// interned are strings that have been read of late: one that is read again is not allocated again. Each has one place where it may be,
// together with one other. The zero interned are ready for use.
type interned struct {
	sets *[internedSets][2]string // the string that came last is first
	seed maphash.Seed
}

// of returns text as a string.
func (in *interned) of(text []byte) string {
	if len(text) == 0 || len(text) > maxInterned {
		return string(text)
	}
	if in.sets == nil {
		in.sets, in.seed = new([internedSets][2]string), maphash.MakeSeed()
	}
	set := &in.sets[maphash.Bytes(in.seed, text)%internedSets]
	if set[0] == string(text) {
		return set[0]
	}
	if set[1] != string(text) {
		set[1] = string(text)
	}
	set[0], set[1] = set[1], set[0]
	return set[0]
}
