package rewrite

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/teleinstr/teleinstr/scopes"
	"github.com/teleinstr/teleinstr/scopes/calls"
)

// A LintResult is what Lint has found.
type LintResult struct {
	// Diagnostics are sorted. None is of a rule that is off, or in a line that a comment speaks for.
	Diagnostics []scopes.Diagnostic
	// Changes are the files with all fixes made, by path.
	Changes []Change
	// Untyped says which packages could not be checked by the rules that need types, and why.
	Untyped []string

	footprint Footprint
}

// Lint finds what is wrong with the directives and the generated code of the packages that patterns name, and with their
// calls of the runtime package. Only files that hold any are parsed, and only packages with such files are type-checked, where
// a rule asks for it.
func Lint(dir string, patterns []string, rules scopes.Selection) (*LintResult, error) {
	return lint(dir, patterns, rules, nil)
}

// LintFixed makes all fixes, also those that become possible by others, as if they were written. Its Diagnostics are what is then
// left.
func LintFixed(dir string, patterns []string, rules scopes.Selection) (*LintResult, error) {
	fixed := map[string]Change{}
	for {
		r, err := lint(dir, patterns, rules, fixed)
		if err != nil {
			return nil, err
		}
		if len(r.Changes) == 0 {
			for _, path := range slices.Sorted(maps.Keys(fixed)) {
				r.Changes = append(r.Changes, fixed[path])
			}
			return r, nil
		}
		for _, c := range r.Changes {
			if before, again := fixed[c.Path]; again {
				c.Old = before.Old
			}
			fixed[c.Path] = c
		}
	}
}

// lint finds what is wrong if some files have been changed.
func lint(dir string, patterns []string, rules scopes.Selection, changed map[string]Change) (*LintResult, error) {
	l := newLinting(rules)
	l.changed = changed
	l.suppresses = true
	if err := l.scan(dir, patterns, ofLintInterest); err != nil {
		return nil, err
	}
	if err := l.addCalling(); err != nil {
		return nil, err
	}
	if err := l.instrument(); err != nil {
		return nil, err
	}
	return l.finished(), nil
}

// ofLintInterest reports whether a file can hold anything that lint looks at, or that has it look at the files next to it.
func ofLintInterest(src []byte) bool { return scopes.MayHold(src) || calls.Imports(src) }

// addCalling takes up the other files of the directories in which a file imports the runtime package: they may call methods of what
// that declares.
func (l *linting) addCalling() error {
	for _, path := range l.paths() {
		dir := filepath.Dir(path)
		if c := l.files[path]; l.calling[dir] || c.src == nil || !calls.Imports(c.src) {
			continue
		}
		l.calling[dir] = true
		scanned, err := scopes.Scan(dir, nil, func([]byte) bool { return true })
		if err != nil {
			return err
		}
		for _, source := range scanned.Sources {
			if l.files[source.Path] == nil {
				l.add(source)
			}
		}
	}
	return nil
}

// A linting is a generation that looks at the edits that it works out, and writes none.
type linting struct {
	*generation
	rules   scopes.Selection
	found   []scopes.Diagnostic // beside those of the generation
	metrics []scopes.MetricUse
	notes   []string
	// calling are the directories in which a file imports the runtime package.
	calling map[string]bool
	// generated are the directories with generated code; nil until somebody asks.
	generated map[string]bool
	// suppresses says that comments may speak for findings.
	suppresses bool
}

func newLinting(rules scopes.Selection) *linting {
	l := &linting{generation: emptyGeneration(), rules: rules, calling: map[string]bool{}}
	l.wants = l.needsTypes
	l.print = l.keepEdits
	l.finish = l.inspect
	l.spare = l.spareBodies
	l.doesNotLoad = l.notLoaded
	l.doesNotCompile = l.notCompiled
	return l
}

// keepEdits keeps the edits of a file for [linting.stale], if that is going to look at them: they hold on to the types of the whole
// package.
func (l *linting) keepEdits(c *candidate, edits *fileEdits) {
	if l.isGenerated(filepath.Dir(c.path)) {
		c.edits = edits
	}
}

// isGenerated reports whether a file in a directory holds generated code.
func (l *linting) isGenerated(dir string) bool {
	if l.generated == nil {
		l.generated = map[string]bool{}
		for path, c := range l.files {
			if len(c.cuts) > 0 {
				l.generated[filepath.Dir(path)] = true
			}
		}
	}
	return l.generated[dir]
}

// needsTypes reports whether a rule needs types for a file.
func (l *linting) needsTypes(c *candidate) bool {
	if l.isUnbuilt(c) {
		return false
	}
	callRules := l.rules.AnyOf(scopes.RuleName, scopes.RuleKey, scopes.RuleMetricKind, scopes.RuleUnended, scopes.RuleContextDropped, scopes.RuleContextFresh, scopes.RuleCardinality)
	siteRules := l.rules.AnyOf(scopes.RuleExpression, scopes.RulePlacement, scopes.RuleArguments, scopes.RuleGeneratedCode, scopes.RuleNoContext,
		scopes.RuleContextKept, scopes.RuleContextFresh, scopes.RuleCardinality)
	return callRules && l.calling[filepath.Dir(c.path)] || siteRules && c.instruments()
}

// isUnbuilt reports whether no build configuration takes a file in.
func (l *linting) isUnbuilt(c *candidate) bool {
	_, built := configurationFor(c.path, c.syntax)
	return !built
}

// notLoaded notes that files cannot be loaded, and goes on without.
func (l *linting) notLoaded(files []*candidate, err error) error {
	for _, c := range files {
		c.planned = true
	}
	l.note(err.Error())
	return nil
}

func (l *linting) notCompiled(p *loaded, diagnostics []scopes.Diagnostic) {
	diagnostics = scopes.SortDiagnostics(diagnostics)
	l.note(fmt.Sprintf("%s: %s", diagnostics[0].Position, reason(diagnostics[0])))
}

func (l *linting) note(why string) {
	if !slices.Contains(l.notes, why) {
		l.notes = append(l.notes, why)
	}
}

// inspect looks at the files of a package that is type-checked, and whose edits are worked out.
func (l *linting) inspect(p *loaded, typed *typedPackage) error {
	for _, c := range p.candidates {
		if c.found == nil {
			continue
		}
		l.found = append(l.found, c.restore(typed.hints(c))...)
		if l.calling[filepath.Dir(c.path)] {
			found := calls.Check(calls.Package{Fset: l.fset, Types: typed.Types, Info: typed.Info}, c.syntax)
			l.found = append(l.found, c.restore(found.Diagnostics)...)
			l.addMetrics(c, found.Metrics)
		}
	}
	return nil
}

func (l *linting) addMetrics(c *candidate, uses []scopes.MetricUse) {
	for _, use := range uses {
		use.Position = c.restorePosition(use.Position)
		l.metrics = append(l.metrics, use)
	}
}

// untyped checks a file by the rules that need no types.
func (l *linting) untyped(c *candidate) {
	if c.found == nil {
		if c.src == nil { // its generated code was edited, so that it cannot be told from the rest
			l.found = append(l.found, scopes.Lint(l.fset, scopes.Source{Path: c.path, Src: c.old})...)
		}
		return
	}
	l.addMetrics(c, c.found.Metrics(l.fset))
	l.found = append(l.found, c.restore(c.found.Cardinality(l.fset))...)
	if c.instruments() && l.isUnbuilt(c) {
		l.refuseAll(c, scopes.RuleUnbuilt, notBuilt)
	}
}

// stale reports generated code that is not what its directives ask for now. In a directory in which nothing is generated,
// directives are left to overlays.
func (l *linting) stale() {
	for _, path := range l.paths() {
		c := l.files[path]
		dir := filepath.Dir(path)
		if c.found == nil || !l.isGenerated(dir) || l.failed[dir] || c.instruments() && c.edits == nil {
			continue
		}
		now := c.src
		if c.edits != nil {
			now = apply(c.src, printInPlace(c.edits))
		}
		if !bytes.Equal(now, c.old) {
			l.found = append(l.found, scopes.Diagnostic{
				Position: c.positionOf(difference(c.old, now)), Rule: scopes.RuleGeneratedCode,
				Message: "generated code is not up to date; run teleinstr generate",
			})
		}
	}
}

// difference returns the offset at which two files begin to differ.
func difference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// finished checks what needs no types, and puts together what is left when the rules that are off, and the lines that comments
// speak for, are taken out.
func (l *linting) finished() *LintResult {
	for _, path := range l.paths() {
		l.untyped(l.files[path])
	}
	l.stale()
	l.found = append(l.found, scopes.CheckMetricKinds(l.metrics)...)
	byFile := map[string][]scopes.Diagnostic{}
	for _, d := range l.rules.Keep(scopes.SortDiagnostics(append(l.diagnostics, l.found...))) {
		byFile[d.Position.Filename] = append(byFile[d.Position.Filename], d)
	}
	// A site and a call may see the same.
	for path, found := range byFile {
		byFile[path] = slices.CompactFunc(found, func(a, b scopes.Diagnostic) bool { return a.Position == b.Position && a.Message == b.Message })
	}
	r := &LintResult{Untyped: l.notes, footprint: l.footprint}
	for _, path := range l.paths() {
		c := l.files[path]
		found := l.unsuppressed(c, byFile[path])
		if fixed := fix(c.old, found); !bytes.Equal(fixed, c.old) {
			r.Changes = append(r.Changes, Change{path, c.old, fixed})
		}
		r.Diagnostics = append(r.Diagnostics, found...)
	}
	return r
}

// unsuppressed returns those of the diagnostics of a file that no comment in it speaks for.
func (l *linting) unsuppressed(c *candidate, found []scopes.Diagnostic) []scopes.Diagnostic {
	if len(found) == 0 || !bytes.Contains(c.old, []byte("nolint")) {
		return found
	}
	file, diagnostics := scopes.Parse(l.fset, c.path, c.old) // that of the candidate may be spared bodies
	if diagnostics != nil {
		return found
	}
	found = scopes.SuppressedDirectives(l.fset, file).Keep(found)
	if l.suppresses {
		found = scopes.Suppressed(l.fset, file).Keep(found)
	}
	return found
}

// fix makes the fixes of diagnostics. Of those that overlap, the first is made.
func fix(src []byte, diagnostics []scopes.Diagnostic) []byte {
	var splices []splice
	for _, d := range diagnostics {
		if d.Fix != nil {
			splices = append(splices, splice{d.Fix.Start, d.Fix.End, d.Fix.Text})
		}
	}
	slices.SortStableFunc(splices, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	end := 0
	splices = slices.DeleteFunc(splices, func(s splice) bool {
		overlaps := s.start < end
		if !overlaps {
			end = s.end
		}
		return overlaps
	})
	return apply(src, splices)
}
