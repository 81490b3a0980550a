// Package scopelint is the linter of //tele: directives, and of calls of the runtime package by hand, as an analyzer for
// go vet, go fix and golangci-lint. Its rules are those of teleinstr lint, which docs/lint.md describes, as far as one package and one build
// configuration show them: the two share their code, and cannot disagree.
//
// The identifier of the rule that a finding is about is its category, and ends its message, as drivers do not show categories. An analyzer has no hints: the rules that are hints by
// nature report nothing unless they are enabled.
package scopelint

import (
	"fmt"
	"go/token"
	"os"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/scopes"
)

// Analyzer reports what is wrong with directives, generated code and calls of the runtime package. Its flags enable and disable
// take identifiers of rules, separated by commas. It leaves out what comments such as //nolint:teleinstr speak for.
var Analyzer = configurable()

// An Option changes what the analyzer that New returns does.
type Option func(*settings)

type settings struct {
	enable, disable []string
	suppresses      bool
}

// Rules enables rules, which are hints by nature perhaps, and disables others; see [scopes.Select].
func Rules(enable, disable []string) Option {
	return func(s *settings) { s.enable, s.disable = enable, disable }
}

// KeepSuppressed has the analyzer report what //nolint comments speak for: for drivers that look at those comments themselves, and
// want to know which of them are in use.
func KeepSuppressed() Option {
	return func(s *settings) { s.suppresses = false }
}

// New returns an analyzer with its rules set. It returns an error if there is no rule of a name.
func New(options ...Option) (*analysis.Analyzer, error) {
	s := &settings{suppresses: true}
	for _, option := range options {
		option(s)
	}
	if _, err := scopes.Select(s.enable, s.disable); err != nil {
		return nil, err
	}
	return newAnalyzer(s), nil
}

func newAnalyzer(s *settings) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "teleinstr",
		Doc: `check //tele: directives and calls of the telemetry runtime

A directive that is misspelt, misplaced or malformed would be refused by teleinstr generate. A constant scope name
that breaks the strict form, or a metadata key that is reserved, would panic or be replaced when the program runs. A scope that is
never ended is never reported. Generated code that is out of date does what was asked for before.`,
		URL: "https://pkg.go.dev/github.com/teleinstr/teleinstr/scopes/scopelint",
		Run: s.run,
	}
}

// configurable returns an analyzer whose rules are set by flags.
func configurable() *analysis.Analyzer {
	s := &settings{suppresses: true}
	a := newAnalyzer(s)
	list := func(to *[]string) func(string) error {
		return func(value string) error {
			names := strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
			if _, err := scopes.Select(names, nil); err != nil {
				return err
			}
			*to = names
			return nil
		}
	}
	a.Flags.Func("enable", "report findings of these `rules`, hints by nature or not; all for all", list(&s.enable))
	a.Flags.Func("disable", "leave these `rules` out; all for all but those enabled", list(&s.disable))
	return a
}

func (s *settings) run(pass *analysis.Pass) (any, error) {
	rules, err := scopes.Select(s.enable, s.disable)
	if err != nil {
		return nil, err
	}
	readFile := pass.ReadFile
	if readFile == nil { // some drivers leave it out
		readFile = os.ReadFile
	}
	found, err := rewrite.LintPackage(rewrite.Package{
		Fset: pass.Fset, Files: pass.Files, Types: pass.Pkg, Info: pass.TypesInfo, Sizes: pass.TypesSizes, ReadFile: readFile,
	}, rules, s.suppresses)
	if err != nil {
		return nil, err
	}
	files := map[string]*token.File{}
	for _, file := range pass.Files {
		f := pass.Fset.File(file.FileStart)
		files[f.Name()] = f
	}
	for _, d := range found {
		if rules.Level(d.Rule) == scopes.Error {
			f := finding(files[d.Position.Filename], d)
			if pass.Fset.Position(f.Pos).Filename != d.Position.Filename {
				f.SuggestedFixes = nil // they would go into what cgo, for instance, has made of the file
			}
			pass.Report(f)
		}
	}
	return nil, nil
}

// finding returns a diagnostic about a file as drivers of analyzers know it.
func finding(file *token.File, d scopes.Diagnostic) analysis.Diagnostic {
	out := analysis.Diagnostic{Pos: file.Pos(d.Position.Offset), Category: string(d.Rule), Message: fmt.Sprintf("%s (%s)", d.Message, d.Rule)}
	if d.Subject != "" {
		out.Message = d.Subject + ": " + out.Message
	}
	if fix := d.Fix; fix != nil {
		out.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   fix.Message,
			TextEdits: []analysis.TextEdit{{Pos: file.Pos(fix.Start), End: file.Pos(fix.End), NewText: []byte(fix.Text)}},
		}}
	}
	return out
}
