package simple

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teleinstr/teleinstr/runtime/internal/scopepath"
)

// A Snapshot is what a [Reporter] has added up, ready for package encoding/json.
type Snapshot struct {
	// Timings come in the order of the report: a scope is followed by the scopes inside it, those that
	// took longest first.
	Timings []Timing `json:"timings"`
	// Metrics are sorted by scope, then by type.
	Metrics []Metric `json:"metrics"`
	// Dropped is the number of events that were not added up because of [Options.MaxNames].
	Dropped int64 `json:"dropped"`
}

// A Timing sums up the scopes of one path.
type Timing struct {
	Scope       string `json:"scope"`
	ParentScope string `json:"parent_scope,omitempty"`
	Depth       int    `json:"depth"`
	// Calls is 0 for a scope that has not ended while one inside it has.
	Calls  int64   `json:"calls"`
	Errors int64   `json:"errors"`
	Total  float64 `json:"total_s"`
	Mean   float64 `json:"mean_s"`
	// Self is Total less that of the scopes directly inside; 0 if those ran side by side and took longer.
	Self float64 `json:"self_s"`
	Min  float64 `json:"min_s"`
	Max  float64 `json:"max_s"`
}

// A Metric sums up the values of one path and type.
type Metric struct {
	Scope       string `json:"scope"`
	ParentScope string `json:"parent_scope,omitempty"`
	Depth       int    `json:"depth"`
	Type        string `json:"metric_type,omitempty"` // counter, gauge, or empty
	Count       int64  `json:"count"`
	// Last is the last value: an int64, uint64, bool or Number, or else a string.
	Last any `json:"last"`
	// Sum is nil unless all values were numbers. Durations are summed in seconds.
	Sum *Number `json:"sum,omitempty"`
}

// A Number is a float64 that is written to JSON as a string where JSON has no such number.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	if f := float64(n); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return json.Marshal(f)
	}
	return strconv.AppendQuote(nil, n.String()), nil
}

// String returns the number in as few digits as tell it from others.
func (n Number) String() string {
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}

// Snapshot returns what r has added up until now. It shares nothing with r.
func (r *Reporter) Snapshot() Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Snapshot{Timings: r.tree().timings(), Metrics: r.sortedMetrics(), Dropped: r.dropped}
}

// A branch is a scope of the report with those inside it.
type branch struct {
	timing
	path     string
	children []*branch
}

// tree arranges the timings. It returns a branch without a path, whose children are the roots.
func (r *Reporter) tree() *branch {
	branches := make(map[string]*branch, len(r.timings))
	for path, t := range r.timings {
		branches[path] = &branch{timing: *t, path: path}
	}
	for _, t := range r.timings {
		if t.parent != "" && branches[t.parent] == nil {
			branches[t.parent] = &branch{path: t.parent, timing: timing{depth: t.depth - 1}}
		}
	}
	root := &branch{}
	for _, b := range branches {
		if b.calls == 0 || len(b.parent) >= len(b.path) {
			b.parent = scopepath.Nearest(branches, b.path)
		}
		parent := root
		if b.parent != "" {
			parent = branches[b.parent]
		}
		parent.children = append(parent.children, b)
	}
	return root
}

// timings lists the branches inside b, depth first.
func (b *branch) timings() []Timing {
	slices.SortFunc(b.children, func(x, y *branch) int {
		return cmp.Or(cmp.Compare(y.total, x.total), strings.Compare(x.path, y.path))
	})
	list := []Timing{}
	for _, c := range b.children {
		list = append(list, c.sum())
		list = append(list, c.timings()...)
	}
	return list
}

func (b *branch) sum() Timing {
	t := Timing{
		Scope: b.path, ParentScope: b.parent, Depth: b.depth, Calls: b.calls, Errors: b.errors,
		Total: b.total.Seconds(), Min: b.min.Seconds(), Max: b.max.Seconds(),
	}
	if b.calls > 0 {
		t.Mean = (b.total / time.Duration(b.calls)).Seconds()
	}
	self := b.total
	for _, c := range b.children {
		self -= c.total
	}
	t.Self = max(0, self).Seconds()
	return t
}

func (r *Reporter) sortedMetrics() []Metric {
	keys := slices.SortedFunc(maps.Keys(r.metrics), func(a, b metricKey) int {
		return cmp.Or(strings.Compare(a.path, b.path), strings.Compare(a.kind, b.kind))
	})
	list := make([]Metric, len(keys))
	for i, key := range keys {
		m := r.metrics[key]
		list[i] = Metric{
			Scope: key.path, ParentScope: m.parent, Depth: m.depth, Type: key.kind, Count: m.count,
			Last: plain(m.last),
		}
		if m.numeric {
			sum := Number(m.sum)
			list[i].Sum = &sum
		}
	}
	return list
}

// plain returns a frozen value in the form of [Metric.Last].
func plain(value slog.Value) any {
	switch value.Kind() {
	case slog.KindInt64, slog.KindUint64, slog.KindBool, slog.KindString:
		return value.Any()
	case slog.KindFloat64:
		return Number(value.Float64())
	case slog.KindTime:
		return value.Time().Format(time.RFC3339Nano)
	default:
		return value.String()
	}
}
