//go:build !teleoff

package tele

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
	"unsafe"
)

func TestPathsAreShared(t *testing.T) {
	telemetry := newEnabled(noReporter{})
	var nodes [8]*node
	var workers sync.WaitGroup
	for i := range nodes {
		workers.Go(func() {
			for j := range 1000 {
				n := telemetry.root.child(fmt.Sprintf("n%d", j), timing)
				if j == 777 {
					nodes[i] = n.child("leaf", timing)
				}
			}
		})
	}
	workers.Wait()
	for _, n := range nodes {
		if n != nodes[0] || n.path != "n777.leaf" || n.depth != 1 {
			t.Errorf("node %p is %s at depth %d, first is %p", n, n.path, n.depth, nodes[0])
		}
	}
	if got := telemetry.paths.count; got != 1001 {
		t.Errorf("%d nodes, want 1001", got)
	}
}

func muteLog(t *testing.T) {
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.DiscardHandler))
}

// Nodes whose hashes are the same are told apart.
func TestHashCollisions(t *testing.T) {
	telemetry := newEnabled(noReporter{})
	parent := telemetry.root.child("a", timing)
	const hash = 7
	nodes := []*node{
		{parent: parent, name: "x", hash: hash},
		{parent: parent, name: "y", hash: hash},
		{parent: parent, name: "x", kind: gauge, hash: hash},
		{parent: &telemetry.root, name: "x", hash: hash},
	}
	for _, n := range nodes {
		if got, room := telemetry.paths.add(n); got != n || !room {
			t.Errorf("%v is taken for %v", n, got)
		}
	}
	for _, n := range nodes {
		if got := telemetry.paths.table.Load().find(n.parent, n.name, n.kind, hash); got != n {
			t.Errorf("found %v, want %v", got, n)
		}
	}
}

// Names made up as the program runs cost memory up to a bound, and still give the right paths beyond it.
func TestPathsAreBounded(t *testing.T) {
	muteLog(t)
	telemetry := newEnabled(noReporter{})
	ctx := context.Background()
	for i := range 2 * maxPaths {
		_, s := telemetry.Start(ctx, fmt.Sprintf("order%d", i))
		if want := fmt.Sprintf("order%d", i); s.s.node.path != want {
			t.Fatalf("got %s, want %s", s.s.node.path, want)
		}
	}
	if got := telemetry.paths.count; got != maxPaths {
		t.Errorf("%d paths kept, want %d", got, maxPaths)
	}
	inner, _ := telemetry.Start(ctx, "late")
	_, s := telemetry.Start(inner, "later")
	if s.s.node.path != "late.later" || s.s.node.depth != 1 {
		t.Errorf("%s at depth %d", s.s.node.path, s.s.node.depth)
	}
	_, s = telemetry.Start(ctx, "order5")
	if s.s.node != telemetry.root.child("order5", timing) {
		t.Error("a path from before is no longer shared")
	}
}

func TestPathBytesAreBounded(t *testing.T) {
	muteLog(t)
	telemetry := newEnabled(noReporter{})
	long := strings.Repeat("x", maxPath/2)
	for i := range 10 * maxPathBytes / maxPath {
		telemetry.Count(context.Background(), fmt.Sprint(long, i), 1)
	}
	if got := telemetry.paths.bytes; got > maxPathBytes || got < maxPathBytes/2 {
		t.Errorf("%d bytes of paths kept, want at most %d", got, maxPathBytes)
	}
}

// Deep recursion cuts the path and keeps the depth.
func TestLongPathIsCut(t *testing.T) {
	muteLog(t)
	telemetry := newEnabled(noReporter{})
	parent, n := &telemetry.root, telemetry.root.child("xxx", timing) // so that the cut goes through a character
	for range maxPath {
		parent, n = n, n.child("é", timing)
	}
	if n.depth != maxPath || len(n.path) > maxPath+len("…") || !strings.HasSuffix(n.path, "…") || !utf8.ValidString(n.path) {
		t.Errorf("depth %d, path of %d bytes ends in %q", n.depth, len(n.path), n.path[max(0, len(n.path)-9):])
	}
	if unsafe.StringData(n.path) != unsafe.StringData(parent.path) {
		t.Error("scopes inside one whose path was cut do not share it")
	}
	one := telemetry.root.child(strings.Repeat("x", 2*maxPath), timing)
	if other := telemetry.root.child(strings.Repeat("x", 2*maxPath+1), timing); one == other || other.path != one.path {
		t.Error("names that differ beyond the cut share a node, or not the path")
	}
}

// A name that is part of something large does not keep it in memory.
func TestNameIsCopied(t *testing.T) {
	telemetry := newEnabled(noReporter{})
	name := strings.Repeat("x", 100)[:3]
	for _, parent := range []*node{&telemetry.root, telemetry.root.child("a", timing)} {
		n := parent.child(name, timing)
		if unsafe.StringData(n.name) == unsafe.StringData(name) || unsafe.StringData(n.path) == unsafe.StringData(name) {
			t.Errorf("node %s holds the memory of its name", n.path)
		}
	}
}
