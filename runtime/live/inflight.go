package live

import (
	"cmp"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// inFlight holds the scopes that have started and not ended, in slots that are used again. It holds nothing of their contexts.
type inFlight struct {
	stripes []slots
	// untracked is the number of those for which there is no slot.
	untracked atomic.Int64
}

// slots are those of a stripe.
type slots struct {
	max  int64
	used atomic.Int64 // changed with the lock held

	mu   sync.Mutex
	free *slot
	all  []*slot
	_    [64]byte // keeps stripes apart
}

// A slot holds a scope in flight. Its stripe's lock guards it.
type slot struct {
	home *slots
	next *slot // the next free one
	// turn counts uses, so that the end of a scope cannot be taken for that of the next.
	turn uint64
	busy bool

	path    string
	place   place
	start   time.Duration
	wall    time.Time
	attrs   Attrs
	omitted int
}

func (f *inFlight) init(stripes, limit int) {
	f.stripes = make([]slots, stripes)
	for i := range f.stripes {
		f.stripes[i].max = int64((limit + i) / stripes)
	}
}

// start finds a slot for a scope, in its own stripe if possible. It returns nil if all are taken.
func (f *inFlight) start(stripe int, path string, metadata tele.Metadata) (s *slot, turn uint64) {
	attrs, omitted := settle(metadata.Attrs())
	for i := range f.stripes {
		home := &f.stripes[(stripe+i)%len(f.stripes)]
		if home.used.Load() >= home.max {
			continue
		}
		if s, turn := home.take(path, metadata, attrs, omitted); s != nil {
			return s, turn
		}
	}
	f.untracked.Add(1)
	return nil, 0
}

func (h *slots) take(path string, metadata tele.Metadata, attrs []slog.Attr, omitted int) (s *slot, turn uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.free != nil:
		s = h.free
		h.free = s.next
	case int64(len(h.all)) < h.max:
		s = &slot{home: h}
		h.all = append(h.all, s)
	default:
		return nil, 0
	}
	h.used.Add(1)
	s.busy = true
	s.turn++
	s.path, s.place = path, placeOf(metadata)
	s.start, s.wall = metadata.StartMonotonic(), metadata.StartWallTime()
	s.attrs, s.omitted = attrs, omitted
	return s, s.turn
}

// end frees the slot that start has returned.
func (f *inFlight) end(s *slot, turn uint64) {
	if s == nil {
		f.untracked.Add(-1)
		return
	}
	h := s.home
	h.mu.Lock()
	defer h.mu.Unlock()
	if !s.busy || s.turn != turn {
		return
	}
	h.used.Add(-1)
	s.busy = false
	s.path, s.place, s.attrs = "", place{}, nil
	s.next, h.free = h.free, s
}

// snapshot lists the scopes in flight, the oldest first.
func (f *inFlight) snapshot(now time.Duration) []Scope {
	list := []Scope{}
	for i := range f.stripes {
		list = f.stripes[i].appendTo(list, now)
	}
	slices.SortFunc(list, func(a, b Scope) int { return cmp.Compare(b.Age, a.Age) })
	return list
}

func (h *slots) appendTo(list []Scope, now time.Duration) []Scope {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.all {
		if s.busy {
			list = append(list, Scope{
				Scope: s.path, ParentScope: s.place.parent, Depth: s.place.depth, Age: max(0, now-s.start).Seconds(),
				StartWallTime: wallSeconds(s.wall), Attrs: s.attrs, AttrsOmitted: s.omitted,
			})
		}
	}
	return list
}
