package docs

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	gast "github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"go.yaml.in/yaml/v3"

	"github.com/teleinstr/teleinstr/scopes"
)

// A kind is how a step of a page is tried.
type kind int

const (
	untried   kind = iota
	fragment       // type-checked
	session        // run
	file           // written to the session's directory
	edit           // put into a file there
	elsewhere      // by another test
	notRun         // only held against the command
	data           // parsed
	grammar        // compared with the verbs that there are
)

// A page is an article, and what it has the reader do.
type page struct {
	name     string // from the top of the repository
	steps    []*step
	problems []error
}

// A step is a block of code, or commands out of sight.
type step struct {
	page     *page
	line     int // of the first line of text
	kind     kind
	argument string // of the mark
	text     string // ends in a newline
	block    *block // nil if out of sight
}

// A block is how code stands in a page.
type block struct {
	language string
	indented bool
}

// A mark is a comment that says how a block is tried.
type mark struct {
	verb, argument string
	line           int
}

var comment = regexp.MustCompile(`(?s)^<!--\s*(tested by|file|edit|output of|not run|run|grammar)(?::\s*(.*?))?\s*-->\s*$`)

func (p *page) world() string {
	return "testdata/pages/" + strings.TrimSuffix(filepath.Base(p.name), ".md") + ".txtar"
}

func readPage(name string) (*page, error) {
	source, err := os.ReadFile(filepath.Join(checkout, name))
	if err != nil {
		return nil, err
	}
	return parsePage(name, source), nil
}

func parsePage(name string, source []byte) *page {
	p := &page{name: name}
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table))
	root := markdown.Parser().Parse(text.NewReader(source))
	r := reader{page: p, source: source}
	err := gast.Walk(root, func(n gast.Node, entering bool) (gast.WalkStatus, error) {
		if !entering {
			return gast.WalkContinue, nil
		}
		r.visit(n)
		return gast.WalkContinue, nil
	})
	if err != nil {
		p.problems = append(p.problems, err)
	}
	r.drop()
	return p
}

// A reader collects the steps of a page.
type reader struct {
	page    *page
	source  []byte
	above   *mark // that nothing has taken yet
	section *mark // of a heading
	level   int   // of that heading
}

func (r *reader) visit(n gast.Node) {
	switch n := n.(type) {
	case *gast.HTMLBlock:
		r.drop()
		r.mark(n)
	case *gast.Heading:
		if r.section != nil && n.Level <= r.level {
			r.section = nil
		}
		if r.above != nil {
			r.section, r.level, r.above = r.above, n.Level, nil
		}
	case *gast.FencedCodeBlock:
		r.add(n, &block{language: string(n.Language(r.source))})
	case *gast.CodeBlock:
		r.add(n, &block{indented: true})
	default:
		if n.Type() == gast.TypeBlock && n.Kind() != gast.KindDocument {
			r.drop()
		}
	}
}

// drop reports a mark that stands above no block.
func (r *reader) drop() {
	if r.above != nil {
		r.problem(r.above.line, "nothing below this comment takes it; put it right above a block or a heading")
		r.above = nil
	}
}

func (r *reader) problem(line int, message string) {
	r.page.problems = append(r.page.problems, fmt.Errorf("%s:%d: %s", r.page.name, line, message))
}

func (r *reader) lineOf(offset int) int { return 1 + strings.Count(string(r.source[:offset]), "\n") }

func (r *reader) mark(n *gast.HTMLBlock) {
	raw := ""
	for i := range n.Lines().Len() {
		raw += string(r.source[n.Lines().At(i).Start:n.Lines().At(i).Stop])
	}
	if n.HasClosure() {
		raw += string(r.source[n.ClosureLine.Start:n.ClosureLine.Stop])
	}
	line := r.lineOf(n.Lines().At(0).Start)
	match := comment.FindStringSubmatch(raw)
	switch {
	case match == nil && strings.HasPrefix(raw, "<!--"):
		r.problem(line, "no mark that integration/docs/doc.go describes")
	case match == nil: // markup
	case match[1] == "run":
		r.page.steps = append(r.page.steps, &step{page: r.page, line: line, kind: session, text: match[2] + "\n"})
	default:
		r.above = &mark{match[1], match[2], line}
	}
}

func (r *reader) add(n gast.Node, b *block) {
	s := &step{page: r.page, block: b}
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		s.text += string(segment.Value(r.source))
	}
	if n.Lines().Len() > 0 {
		s.line = r.lineOf(n.Lines().At(0).Start)
	}
	m := r.above
	if m == nil {
		m = r.section
	}
	r.above = nil
	s.kind = b.defaultKind(s.text)
	if m != nil {
		s.kind, s.argument = map[string]kind{
			"tested by": elsewhere, "file": file, "edit": edit, "output of": session, "not run": notRun, "grammar": grammar,
		}[m.verb], m.argument
	}
	if s.kind == session && s.argument != "" {
		s.text = "$ " + s.argument + "\n" + s.text
		s.line--
	}
	r.page.steps = append(r.page.steps, s)
}

// defaultKind returns how a block is tried that has no mark.
func (b *block) defaultKind(text string) kind {
	switch {
	case b.indented:
		return session
	case b.language == "go":
		return fragment
	case (b.language == "" || b.language == "console") && strings.HasPrefix(text, "$ "):
		return session
	case b.language == "yaml" || b.language == "json":
		return data
	default:
		return untried
	}
}

// checkForm returns what is wrong with a block without any of its code being run.
func (s *step) checkForm() error {
	switch s.kind {
	case untried:
		return fmt.Errorf("nothing tries this block (%q); put <!-- tested by: DIR TestName --> above it, or another mark of integration/docs/doc.go",
			s.block.language)
	case elsewhere:
		return checkTest(s.argument)
	case notRun:
		if s.argument == "" || len(s.commands()) == 0 {
			return errors.New("not run: say why, of commands")
		}
	case file, edit:
		if !filepath.IsLocal(s.argument) {
			return fmt.Errorf("file: %q is no name in the directory of the session", s.argument)
		}
	case data:
		return s.parseData()
	case grammar:
		return checkGrammar(s.text)
	}
	return nil
}

func (s *step) parseData() error {
	var value any
	if s.block.language == "json" {
		return json.Unmarshal([]byte(s.text), &value)
	}
	return yaml.Unmarshal([]byte(s.text), &value)
}

// checkTest wants a test to be where a mark says it is.
func checkTest(argument string) error {
	dir, name, _ := strings.Cut(argument, " ")
	files, err := filepath.Glob(filepath.Join(checkout, dir, "*_test.go"))
	if err != nil {
		return err
	}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name && (strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Example")) {
				return nil
			}
		}
	}
	return fmt.Errorf("tested by: there is no %q in %q; write a directory and the name of a test in it", name, dir)
}

// checkGrammar wants a line for each verb.
func checkGrammar(text string) error {
	verbs := map[scopes.Verb]bool{scopes.Scope: false, scopes.Count: false, scopes.Gauge: false, scopes.Metric: false, scopes.Ignore: false}
	for line := range strings.Lines(text) {
		verb, isDirective := strings.CutPrefix(line, "//tele:")
		if i := strings.IndexAny(verb, " \n"); i >= 0 {
			verb = verb[:i]
		}
		if seen, known := verbs[scopes.Verb(verb)]; !isDirective || !known || seen {
			return fmt.Errorf("%q: no directive, or another of the same", line)
		}
		verbs[scopes.Verb(verb)] = true
	}
	for verb, seen := range verbs {
		if !seen {
			return fmt.Errorf("%s is left out", verb)
		}
	}
	return nil
}

// TestParsePage wants the mistakes in a page to be found that would leave a block untried.
func TestParsePage(t *testing.T) {
	tests := []struct {
		name, page, want string
	}{
		{"unknown language", "a\n\n```zig\nx\n```\n", `p.md:4: nothing tries this block ("zig")`},
		{"output without a command", "```\nout\n```\n", `p.md:2: nothing tries this block ("")`},
		{"no such test", "<!-- tested by: integration/docs TestNone -->\n```zig\nx\n```\n", `p.md:3: tested by: there is no "TestNone"`},
		{"a test of another kind", "<!-- tested by: integration/docs checkTest -->\n```zig\nx\n```\n", `p.md:3: tested by: there is no "checkTest"`},
		{"misspelt mark", "<!-- testedby: x -->\n", "p.md:1: no mark"},
		{"mark above text", "<!-- tested by: integration/docs TestBlocks -->\n\ntext\n\n```zig\nx\n```\n", "p.md:1: nothing below this comment takes it"},
		{"mark at the end", "<!-- tested by: integration/docs TestBlocks -->\n", "p.md:1: nothing below this comment takes it"},
		{"section over", "<!-- tested by: integration/docs TestBlocks -->\n## a\n\n```zig\nx\n```\n\n# b\n\n```zig\nx\n```\n", "p.md:11: nothing tries"},
		{"in a list", "- a\n\n  ```zig\n  x\n  ```\n", "p.md:4: nothing tries"},
		{"broken data", "```json\n{\n```\n", "p.md:2: unexpected end of JSON input"},
		{"no reason", "<!-- not run: -->\n```\n$ ls\n```\n", "p.md:3: not run: say why"},
		{"file elsewhere", "<!-- file: ../x -->\n```\nx\n```\n", `p.md:3: file: "../x" is no name`},
		{"verb left out", "<!-- grammar -->\n\n    //tele:scope NAME\n", "is left out"},
		{"all is well", "<!-- tested by: integration/docs TestBlocks -->\n# a\n\n```zig\nx\n```\n\n## b\n\n```zig\nx\n```\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := parsePage("p.md", []byte(test.page))
			problems := p.problems
			for _, s := range p.steps {
				if err := s.checkForm(); err != nil {
					problems = append(problems, fmt.Errorf("%s: %w", s.position(), err))
				}
			}
			got := ""
			if err := errors.Join(problems...); err != nil {
				got = err.Error()
			}
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
