package spantree_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/spantree"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

var stream = &jsonl.Stream{Name: "s"}

func event(id, parent uint64, duration int) jsonl.Event {
	return jsonl.Event{Stream: stream, Timing: true, ID: id, ParentID: parent, Duration: time.Duration(duration), Scope: fmt.Sprint(id)}
}

// text writes a tree as 1(2(3)4), with the number of omitted spans behind a minus sign.
func text(s *spantree.Span) string {
	var b strings.Builder
	b.WriteString(s.Scope)
	if s.Omitted > 0 {
		fmt.Fprintf(&b, "-%d", s.Omitted)
	}
	if len(s.Children) > 0 {
		b.WriteString("(")
		for i, c := range s.Children {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(text(c))
		}
		b.WriteString(")")
	}
	return b.String()
}

func TestTree(t *testing.T) {
	a := spantree.New(spantree.Options{MaxWaiting: 100})
	a.Add(event(3, 2, 1))
	a.Add(event(2, 1, 2))
	a.Add(event(4, 1, 2))
	other := event(5, 1, 1)
	other.Stream = &jsonl.Stream{Name: "other"}
	a.Add(other)
	root := a.Add(event(1, 0, 9))
	if got, want := text(root), "1(2(3) 4)"; got != want || root.Size != 4 {
		t.Errorf("tree %s of %d spans, want %s of 4", got, root.Size, want)
	}
}

func TestWithoutID(t *testing.T) {
	a := spantree.New(spantree.Options{MaxWaiting: 100})
	a.Add(event(2, 1, 1))
	if got := text(a.Add(event(0, 0, 1))); got != "0" {
		t.Errorf("a scope without id has the tree %s", got)
	}
}

// TestMaxSize keeps the longest spans of a tree, and says where others were.
func TestMaxSize(t *testing.T) {
	a := spantree.New(spantree.Options{MaxWaiting: 100, MaxSize: 4})
	a.Add(event(3, 2, 1))
	a.Add(event(4, 2, 5))
	a.Add(event(2, 1, 7))
	a.Add(event(5, 1, 2))
	a.Add(event(6, 1, 9))
	if got, want := text(a.Add(event(1, 0, 30))), "1-1(2-1(4) 6)"; got != want {
		t.Errorf("tree %s, want %s", got, want)
	}
}

// TestManyChildren adds far more children than a tree holds.
func TestManyChildren(t *testing.T) {
	a := spantree.New(spantree.Options{MaxWaiting: 1000, MaxSize: 10, Orphan: func(s *spantree.Span) { t.Errorf("%s is an orphan", s.Scope) }})
	const children = 10_000
	for i := range children {
		a.Add(event(uint64(i+2), 1, i))
	}
	root := a.Add(event(1, 0, children))
	if root.Size != 10 || root.Omitted != children-9 {
		t.Errorf("%d spans, %d omitted", root.Size, root.Omitted)
	}
	for i, c := range root.Children {
		if want := children - 9 + i; int(c.Duration) != want {
			t.Errorf("child %d took %d, want %d", i, c.Duration, want)
		}
	}
}

// TestOrphans has scopes end whose parents do not: all of them come out, none twice.
func TestOrphans(t *testing.T) {
	seen := map[string]int{}
	a := spantree.New(spantree.Options{MaxWaiting: 10, Orphan: func(s *spantree.Span) { seen[s.Scope]++ }})
	for i := range 100 {
		a.Add(event(uint64(i+1), uint64(1000+i), 1))
		if waiting := i + 1 - len(seen); waiting > 10 {
			t.Fatalf("%d wait", waiting)
		}
	}
	a.Finish()
	want := map[string]int{}
	for i := range 100 {
		want[fmt.Sprint(i+1)] = 1
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("orphans (-want +got):\n%s", diff)
	}
}

// TestEnclosing keeps what waits for a scope around everything, as long as it gets a child now and then.
func TestEnclosing(t *testing.T) {
	orphans := 0
	a := spantree.New(spantree.Options{MaxWaiting: 50, Orphan: func(*spantree.Span) { orphans++ }})
	a.Add(event(2, 1, 1))
	for i := range 1000 {
		a.Add(event(uint64(i+3), uint64(10_000+i), 1))
		if i%10 == 0 {
			a.Add(event(uint64(i+3000), 1, 1))
			a.Add(event(1, 0, 1)) // takes it
			a.Add(event(2, 1, 1))
		}
	}
	if got := text(a.Add(event(1, 0, 1))); got != "1(2)" {
		t.Errorf("tree %s", got)
	}
	if orphans < 900 {
		t.Errorf("%d orphans", orphans)
	}
}

// TestRandom puts random trees together from events in the order of their ends.
func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		next := uint64(0)
		var want *spantree.Span
		var events []jsonl.Event
		var grow func(parent uint64, depth int) *spantree.Span
		grow = func(parent uint64, depth int) *spantree.Span {
			next++
			s := &spantree.Span{Event: event(next, parent, 1), Size: 1}
			for range r.IntN(4) {
				if depth < 5 {
					c := grow(s.ID, depth+1)
					s.Children = append(s.Children, c)
					s.Size += c.Size
				}
			}
			events = append(events, s.Event)
			return s
		}
		want = grow(0, 0)
		a := spantree.New(spantree.Options{MaxWaiting: 10_000})
		var got *spantree.Span
		for _, e := range events {
			got = a.Add(e)
		}
		if text(got) != text(want) || got.Size != want.Size {
			t.Fatalf("tree %s of %d, want %s of %d", text(got), got.Size, text(want), want.Size)
		}
	}
}
