package sample

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Rule says which events to keep. Rules may be used in several wrappers, and at a time. The zero Rule is none.
type Rule struct {
	judge func(e *event) verdict
	// draws is whether the verdict depends on a number that the chain has drawn.
	draws bool
	err   error
}

// An event is what a rule knows of one.
type event struct {
	path string
	draw float64 // at least 0, and less than 1

	kind     kind
	scope    string // path of the scope of a metric
	duration time.Duration
	failed   bool
}

type kind uint8

const (
	start kind = iota // of a scope, of which there is nothing but path and draw
	timing
	metric
)

// A verdict is what a rule says of an event: of a start it is unknown where that depends on the end.
type verdict uint8

const (
	drop verdict = iota
	unknown
	keep
)

func verdictOf(kept bool) verdict {
	if kept {
		return keep
	}
	return drop
}

// Scopes keeps events whose path matches one of the patterns. A pattern consists of segments joined by dots, as paths do. A segment is
// a pattern of [path.Match]: * for any letters of a segment, ? for one, [a-f] for one of these. The segment ** is for any number
// of segments, and for none:
//
//	api.*        api.load, not api.load.rows, not api
//	api.**       api, api.load, api.load.rows
//	**.rows      rows, api.rows, api.load.rows
//	api.v?.load  api.v1.load
//
// A metric is kept if its path matches, and if that of its scope does.
func Scopes(patterns ...string) Rule {
	parsed := make([]pattern, len(patterns))
	for i, text := range patterns {
		p, err := parsePattern(text)
		if err != nil {
			return Rule{err: fmt.Errorf("pattern %q: %w; quote [, *, ? and \\ by \\", text, err)}
		}
		parsed[i] = p
	}
	return Rule{judge: func(e *event) verdict {
		return verdictOf(slices.ContainsFunc(parsed, func(p pattern) bool {
			return p.match(e.path) || e.kind == metric && e.scope != "" && p.match(e.scope)
		}))
	}}
}

// Rate keeps a share of all chains, between 0 and 1, each as a whole. A metric outside of any scope draws for itself.
func Rate(share float64) Rule {
	if !(share >= 0 && share <= 1) {
		return Rule{err: fmt.Errorf("rate %v: a share is between 0 and 1", share)}
	}
	return Rule{draws: true, judge: func(e *event) verdict { return verdictOf(e.draw < share) }}
}

// Slow keeps timings of at least the duration, and no metrics.
func Slow(atLeast time.Duration) Rule {
	return Rule{judge: func(e *event) verdict {
		if e.kind == start {
			return unknown
		}
		return verdictOf(e.kind == timing && e.duration >= atLeast)
	}}
}

// Errors keeps timings of functions that returned an error, or that panicked if the Telemetry tells ([tele.Telemetry.WithOutcome]), and
// no metrics.
func Errors() Rule {
	return Rule{judge: func(e *event) verdict {
		if e.kind == start {
			return unknown
		}
		return verdictOf(e.kind == timing && e.failed)
	}}
}

// Any keeps what at least one of the rules keeps.
func Any(rules ...Rule) Rule {
	return combine(rules, func(e *event) verdict {
		most := drop
		for _, r := range rules {
			most = max(most, r.judge(e))
		}
		return most
	})
}

// All keeps what every one of the rules keeps.
func All(rules ...Rule) Rule {
	return combine(rules, func(e *event) verdict {
		least := keep
		for _, r := range rules {
			least = min(least, r.judge(e))
		}
		return least
	})
}

// Not keeps what the rule does not keep.
func Not(rule Rule) Rule {
	return combine([]Rule{rule}, func(e *event) verdict { return keep - rule.judge(e) })
}

func combine(rules []Rule, judge func(*event) verdict) Rule {
	combined := Rule{judge: judge}
	var errs []error
	for _, r := range rules {
		combined.draws = combined.draws || r.draws
		errs = append(errs, r.check())
	}
	combined.err = errors.Join(errs...)
	return combined
}

func (r Rule) check() error {
	if r.err == nil && r.judge == nil {
		return errors.New("the zero Rule: says nothing; use Scopes, Rate, Slow or Errors")
	}
	return r.err
}
