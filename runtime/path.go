package tele

import (
	"hash/maphash"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// Bounds of the memory that names take. A program whose names are constants stays far below; one that
// puts an order number into a name reaches them, and from then on pays for each new path as it is used.
const (
	maxPaths     = 1 << 14 // paths kept
	maxPathBytes = 8 << 20 // their length in total
	maxPath      = 8 << 10 // the length of one; a longer one is cut
)

// A kind is what an event is. Timings and metrics of one name have nodes of their own.
type kind uint8

const (
	timing kind = iota
	metric
	counter
	gauge
)

// A node is the place of a scope or of a metric in the tree of paths, and all that its events have in
// common. Nodes never change, so that an event reads its path and its depth and computes neither.
type node struct {
	t      *Telemetry
	parent *node // nil for the root
	name   string
	path   string
	hash   uint64
	depth  int
	kind   kind
	cut    bool // path was cut, and is not extended any further
}

// A tree keeps the nodes of a Telemetry, each under its parent, kind and name. Lookups of what is there
// take no lock and write nothing.
type tree struct {
	table atomic.Pointer[table]
	full  atomic.Bool
	seed  maphash.Seed

	mu    sync.Mutex
	count int
	bytes int
}

// A table is a hash table with linear probing. It is at most half full and only ever filled, so that a
// lookup that races with an insertion at worst misses, and then looks again under the lock.
type table []atomic.Pointer[node]

func (t *tree) init() {
	t.seed = maphash.MakeSeed()
	slots := make(table, 16)
	t.table.Store(&slots)
}

func (t table) find(parent *node, name string, k kind, hash uint64) *node {
	mask := uint64(len(t) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		n := t[i].Load()
		if n == nil || n.hash == hash && n.parent == parent && n.kind == k && n.name == name {
			return n
		}
	}
}

func (t table) insert(n *node) {
	mask := uint64(len(t) - 1)
	i := n.hash & mask
	for t[i].Load() != nil {
		i = (i + 1) & mask
	}
	t[i].Store(n)
}

// child returns the node of a name below n, and nil if the name is empty. It panics with a
// *scopename.Error if the name is not of the strict form and the process asked for that.
func (n *node) child(name string, k kind) *node {
	paths := &n.t.paths
	hash := maphash.String(paths.seed, name) + n.hash*0x9e3779b97f4a7c15 + uint64(k)
	if c := paths.table.Load().find(n, name, k, hash); c != nil {
		return c
	}
	return n.newChild(name, k, hash)
}

func (n *node) newChild(name string, k kind, hash uint64) *node {
	if name == "" {
		reportEmptyName()
		return nil
	}
	if process.strict {
		if err := scopename.Check(name); err != nil {
			panic(err)
		}
	}
	c := &node{t: n.t, parent: n, hash: hash, depth: n.depth + 1, kind: k}
	c.setPath(name)
	return n.t.paths.keep(c)
}

// setPath sets name and path without holding on to the memory of name, which may be part of something
// large.
func (n *node) setPath(name string) {
	switch parent := n.parent; {
	case parent.cut:
		n.path, n.cut = parent.path, true
	case parent.path == "":
		n.path = strings.Clone(name)
	default:
		n.path = parent.path + "." + name
	}
	if !n.cut && len(n.path) <= maxPath {
		n.name = n.path[len(n.path)-len(name):]
		return
	}
	n.name = strings.Clone(name)
	if !n.cut {
		n.path, n.cut = strings.ToValidUTF8(n.path[:maxPath], "")+"…", true
	}
}

// keep puts n into the tree if there is room. It returns the node that is there already, if any.
func (t *tree) keep(n *node) *node {
	if t.full.Load() {
		return n
	}
	kept, room := t.add(n)
	if !room && t.full.CompareAndSwap(false, true) {
		errlog.Write("telemetry: too many distinct scope names; new ones cost more from here on", slog.String("name", n.name[:min(len(n.name), 80)]))
	}
	return kept
}

func (t *tree) add(n *node) (kept *node, room bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	slots := *t.table.Load()
	if c := slots.find(n.parent, n.name, n.kind, n.hash); c != nil {
		return c, true
	}
	if t.count == maxPaths || t.bytes+len(n.path)+len(n.name) > maxPathBytes {
		return n, false
	}
	t.count++
	t.bytes += len(n.path) + len(n.name)
	if 2*t.count > len(slots) {
		slots = slots.doubled()
		t.table.Store(&slots)
	}
	slots.insert(n)
	return n, true
}

func (t table) doubled() table {
	d := make(table, 2*len(t))
	for i := range t {
		if n := t[i].Load(); n != nil {
			d.insert(n)
		}
	}
	return d
}

var reportEmptyName = sync.OnceFunc(func() {
	errlog.Write("telemetry: event with an empty name dropped", slog.String("at", errlog.Place(outside)))
})

// outside reports whether a function of the name is likely to have called this package.
func outside(function string) bool {
	return !strings.HasPrefix(function, packagePath) && !strings.HasPrefix(function, "sync.")
}

// packagePath begins the names of this package's functions.
const packagePath = "github.com/teleinstr/teleinstr/runtime."

// graft returns the node in t for the path of n, which may belong to another Telemetry; the root for nil.
func (t *Telemetry) graft(n *node) *node {
	switch {
	case n == nil || n.parent == nil:
		return &t.root
	case n.t == t:
		return n
	}
	return t.graft(n.parent).child(n.name, timing)
}
