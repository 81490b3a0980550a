package live

import (
	"cmp"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

// Window is for how long scopes count among the slowest.
const Window = 10 * time.Minute

// keptOfPath is how many scopes of a path are kept, in a half of the window, and for their errors.
const keptOfPath = 5

// An ended scope, as it is kept.
type ended struct {
	duration, end time.Duration
	wall          time.Time
	place         place
	error         string
	attrs         []slog.Attr
	omitted       int
}

func newEnded(duration time.Duration, metadata tele.Metadata) ended {
	e := ended{duration: duration, end: metadata.EndMonotonic(), wall: metadata.StartWallTime(), place: placeOf(metadata)}
	attrs := metadata.Attrs()
	if metadata.Err() != nil {
		last := lastError(attrs)
		e.error = kept.Value(attrs[last].Value, maxText).String()
		attrs = slices.Delete(slices.Clone(attrs), last, last+1)
	}
	e.attrs, e.omitted = keep(attrs)
	return e
}

// lastError returns the index of the attribute that [tele.Metadata.Err] is the value of.
func lastError(attrs []slog.Attr) int {
	for i := len(attrs) - 1; ; i-- {
		if attrs[i].Key == "error" {
			return i
		}
	}
}

func (e *ended) export(path string, now time.Duration) Scope {
	return Scope{
		Scope: path, ParentScope: e.place.parent, Depth: e.place.depth, Duration: e.duration.Seconds(), Age: max(0, now-e.end).Seconds(),
		StartWallTime: wallSeconds(e.wall), Error: e.error, Attrs: e.attrs, AttrsOmitted: e.omitted,
	}
}

// slowest holds the slowest scopes of a path, those of the current half of the window and those of the half before.
type slowest struct {
	// window is the number of the half, and floor the duration that another scope must exceed, to see without the lock whether
	// one is of interest.
	window atomic.Int64
	floor  atomic.Int64

	mu              sync.Mutex
	current, before []ended // by duration, the slowest first
}

func windowOf(end time.Duration) int64 {
	return int64(end / (Window / 2))
}

func (s *slowest) wants(end, duration time.Duration) bool {
	at, window := s.window.Load(), windowOf(end)
	return window > at || window == at && int64(duration) > s.floor.Load()
}

func (s *slowest) add(e ended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, window := s.window.Load(), windowOf(e.end); window > at {
		s.before = s.current
		if window > at+1 {
			s.before = nil
		}
		s.current = nil
		s.floor.Store(-1)
		s.window.Store(window)
	}
	i, _ := slices.BinarySearchFunc(s.current, e, func(a, b ended) int { return cmp.Compare(b.duration, a.duration) })
	s.current = slices.Insert(s.current, i, e)
	if len(s.current) >= keptOfPath {
		s.current = s.current[:keptOfPath]
		s.floor.Store(int64(s.current[keptOfPath-1].duration))
	}
}

// list returns those that ended within the window.
func (s *slowest) list(now time.Duration) []ended {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Concat(s.current, s.before)
	return slices.DeleteFunc(all, func(e ended) bool { return now-e.end > Window })
}

// failures holds the last scopes of a path that ended with an error.
type failures struct {
	pace pace

	mu   sync.Mutex
	kept []ended // a ring
	next int
}

func (f *failures) wants(end time.Duration) bool {
	return f.pace.allow(end)
}

func (f *failures) add(e ended) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kept) < keptOfPath {
		f.kept = append(f.kept, e)
		return
	}
	f.kept[f.next] = e
	f.next = (f.next + 1) % keptOfPath
}

func (f *failures) list() []ended {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.kept)
}

// A pace allows a hundred in a second, and keptOfPath at once.
type pace struct {
	next atomic.Int64 // when one after the other, they would be due
}

const paceInterval = 10 * time.Millisecond

func (p *pace) allow(at time.Duration) bool {
	next := p.next.Load()
	due := max(next, int64(at))
	return due-int64(at) < int64(keptOfPath*paceInterval) && p.next.CompareAndSwap(next, due+int64(paceInterval))
}
