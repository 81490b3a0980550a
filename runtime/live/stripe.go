package live

import (
	"iter"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

// maxStripes bounds the memory that stripes take.
const maxStripes = 16

// A striper tells goroutines which of several stripes to add to, such that those on different processors are not in each other's way.
type striper struct {
	stripes int
	pool    *sync.Pool // of *int: each processor has its own
}

func newStriper() striper {
	n := 1 << bits.Len(uint(min(runtime.GOMAXPROCS(0), maxStripes)-1))
	var next atomic.Uint64
	return striper{n, &sync.Pool{New: func() any {
		i := int(next.Add(1) % uint64(n))
		return &i
	}}}
}

func (s striper) stripe() int {
	i := s.pool.Get().(*int)
	s.pool.Put(i)
	return *i
}

// A striped is a T for each stripe that is in use. What a T holds is for a lock of its own to guard.
type striped[T any] []atomic.Pointer[T]

func (s striped[T]) at(stripe int) *T {
	if part := s[stripe].Load(); part != nil {
		return part
	}
	s[stripe].CompareAndSwap(nil, new(T))
	return s[stripe].Load()
}

func (s striped[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range s {
			if part := s[i].Load(); part != nil && !yield(part) {
				return
			}
		}
	}
}
