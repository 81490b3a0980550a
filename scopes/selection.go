package scopes

import (
	"fmt"
	"slices"
	"strings"
)

// A Level says what becomes of the findings of a rule.
type Level int

// The levels.
const (
	Off   Level = iota // not reported
	Hint               // reported, and fails nothing
	Error              // reported, and fails
)

// String returns off, hint or error.
func (l Level) String() string { return [...]string{"off", "hint", "error"}[l] }

// A Selection is which rules hold, and how strictly. The zero Selection is the usual one: all rules, with those that
// are hints by nature as hints.
type Selection struct{ levels map[Rule]Level }

// allRules selects all rules where a name of one is asked for.
const allRules = "all"

// Select returns the usual selection without the rules to disable, and then with those to enable, whose findings fail
// even if they are hints by nature. The word "all" stands for all rules: to disable all and enable one leaves that
// one alone.
func Select(enable, disable []string) (Selection, error) {
	s := Selection{map[Rule]Level{}}
	for _, set := range []struct {
		names []string
		level Level
	}{{disable, Off}, {enable, Error}} {
		for _, name := range set.names {
			rules, err := named(name)
			if err != nil {
				return Selection{}, err
			}
			for _, rule := range rules {
				s.levels[rule] = set.level
			}
		}
	}
	return s, nil
}

// named returns the rule with an identifier, or all.
func named(name string) ([]Rule, error) {
	var rules []Rule
	nearest, distance := "", 4
	for _, info := range Rules {
		if name == allRules || name == string(info.Rule) {
			rules = append(rules, info.Rule)
		}
		if d := editDistance(name, string(info.Rule)); d < distance {
			nearest, distance = string(info.Rule), d
		}
	}
	switch {
	case rules != nil:
		return rules, nil
	case nearest != "":
		return nil, fmt.Errorf("%q is no rule; did you mean %q?", name, nearest)
	}
	return nil, fmt.Errorf("%q is no rule; the rules are %s, and all for all of them", name, strings.Join(identifiers(), ", "))
}

func identifiers() []string {
	var names []string
	for _, info := range Rules {
		names = append(names, string(info.Rule))
	}
	return names
}

// Level returns the level of a rule. A diagnostic without a rule is an error.
func (s Selection) Level(rule Rule) Level {
	if level, set := s.levels[rule]; set {
		return level
	}
	if slices.ContainsFunc(Rules, func(info RuleInfo) bool { return info.Rule == rule && info.Hint }) {
		return Hint
	}
	return Error
}

// AnyOf reports whether one of the rules is reported.
func (s Selection) AnyOf(rules ...Rule) bool {
	return slices.ContainsFunc(rules, func(rule Rule) bool { return s.Level(rule) != Off })
}

// Keep returns those of the diagnostics whose rules are reported.
func (s Selection) Keep(diagnostics []Diagnostic) []Diagnostic {
	return slices.DeleteFunc(diagnostics, func(d Diagnostic) bool { return s.Level(d.Rule) == Off })
}
