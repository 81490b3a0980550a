package scopes

import (
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A MetricUse is a place where a metric is recorded under a name that can be told from the source.
type MetricUse struct {
	Name     string
	Kind     Verb // Count, Gauge or Metric
	Position token.Position
	Subject  string // the directive or function, as diagnostics give it
}

// Metrics returns the metrics that directives record, without those that are refused.
func (r *Result) Metrics(fset *token.FileSet) []MetricUse {
	var uses []MetricUse
	for _, s := range r.Sites {
		if len(s.Diagnostics) > 0 {
			continue
		}
		for _, d := range s.Directives {
			if d.Name != "" && (d.Verb == Count || d.Verb == Gauge || d.Verb == Metric) {
				uses = append(uses, MetricUse{d.Name, d.Verb, fset.PositionFor(d.Pos, false), d.Subject()})
			}
		}
	}
	return uses
}

var kinds = map[Verb]string{Count: "a counter", Gauge: "a gauge", Metric: "a metric without a kind"}

// CheckMetricKinds reports the uses of a name whose kind is another than that of its first use. Those in tests, which are no part
// of the program, are left out.
func CheckMetricKinds(uses []MetricUse) []Diagnostic {
	uses = slices.DeleteFunc(slices.Clone(uses), func(u MetricUse) bool { return strings.HasSuffix(u.Position.Filename, "_test.go") })
	slices.SortFunc(uses, func(a, b MetricUse) int { return comparePositions(a.Position, b.Position) })
	first := map[string]MetricUse{}
	var out []Diagnostic
	for _, use := range uses {
		other, seen := first[use.Name]
		if !seen {
			first[use.Name] = use
			continue
		}
		if use.Kind == other.Kind {
			continue
		}
		out = append(out, Diagnostic{
			Position: use.Position, Subject: use.Subject, Rule: RuleMetricKind,
			Message: fmt.Sprintf("%q is %s here, and %s at %s; give one of them another name",
				use.Name, kinds[use.Kind], kinds[other.Kind], seenFrom(use.Position, other.Position)),
		})
	}
	return out
}

func comparePositions(a, b token.Position) int {
	return cmp.Or(cmp.Compare(a.Filename, b.Filename), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// seenFrom returns a position for the message of a diagnostic: line and column in the same file, or else behind the path
// from its directory.
func seenFrom(here, there token.Position) string {
	text := fmt.Sprintf("%d:%d", there.Line, there.Column)
	if here.Filename == there.Filename {
		return text
	}
	path, err := filepath.Rel(filepath.Dir(here.Filename), there.Filename)
	if err != nil {
		path = there.Filename
	}
	return filepath.ToSlash(path) + ":" + text
}
