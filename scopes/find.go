package scopes

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// A Site is where one or more directives apply.
type Site struct {
	// Func is the function the directives stand above, or in; nil in a function literal outside of any.
	Func *ast.FuncDecl
	// Block is the innermost block, case or communication clause that the directives stand in; nil where
	// they stand in the doc comment of Func.
	Block ast.Node
	// Directives are in the order written.
	Directives []*Directive
	// Diagnostics say why the site cannot be instrumented. A site with any is refused.
	Diagnostics []Diagnostic
}

// A Result is all that Find finds in a file.
type Result struct {
	Sites []*Site
	// Stray are the diagnostics that belong to no site: misspelt and misplaced directives.
	Stray []Diagnostic
}

// Diagnostics returns the diagnostics of all sites and the stray ones, sorted.
func (r *Result) Diagnostics() []Diagnostic {
	all := slices.Clone(r.Stray)
	for _, s := range r.Sites {
		all = append(all, s.Diagnostics...)
	}
	return SortDiagnostics(all)
}

// Parse parses a file the way Find needs it. What does not parse is described by the diagnostics.
func Parse(fset *token.FileSet, filename string, src []byte) (*ast.File, []Diagnostic) {
	file, err := parser.ParseFile(fset, filename, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, SyntaxDiagnostics(filename, src, err)
	}
	return file, nil
}

// Find finds the directives of a file that was parsed with comments from src. It is what lint, list and
// generate have in common, so that they cannot disagree. It needs no types.
func Find(fset *token.FileSet, file *ast.File, src []byte) *Result {
	f := &finder{
		fset:  fset,
		file:  file,
		src:   src,
		docs:  map[*ast.CommentGroup]*ast.FuncDecl{},
		sites: map[siteKey]*Site{},
	}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Doc != nil {
			f.docs[fn.Doc] = fn
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			f.comment(group, c)
		}
	}
	for _, s := range f.result.Sites {
		f.refuse(s)
	}
	return &f.result
}

type finder struct {
	fset   *token.FileSet
	file   *ast.File
	src    []byte
	docs   map[*ast.CommentGroup]*ast.FuncDecl
	sites  map[siteKey]*Site
	result Result
}

// A siteKey identifies a site: the directives in one group of comments about one function or block.
type siteKey struct {
	group  *ast.CommentGroup
	covers ast.Node
}

func (f *finder) position(pos token.Pos) token.Position { return f.fset.PositionFor(pos, false) }

func (f *finder) diagnostic(p problem) Diagnostic {
	d := Diagnostic{Position: f.position(p.pos), Subject: p.subject, Message: p.message, Rule: p.rule}
	if e := p.fix; e != nil {
		d.Fix = &Fix{e.message, f.position(e.start).Offset, f.position(e.end).Offset, e.text}
	}
	return d
}

func (f *finder) stray(p problem) {
	f.result.Stray = append(f.result.Stray, f.diagnostic(p))
}

// misplaced notes a directive that stands in the wrong place.
func (f *finder) misplaced(d *Directive, message string) {
	f.stray(problem{pos: d.Pos, subject: d.Subject(), message: message, rule: RulePlacement})
}

// comment looks at one comment of the file.
func (f *finder) comment(group *ast.CommentGroup, c *ast.Comment) {
	text, isDirective := strings.CutPrefix(c.Text, "//tele:")
	if !isDirective || text == "" || text[0] == ' ' || text[0] == '\t' {
		if p := nearMiss(c); p != nil {
			f.stray(*p)
		}
		return
	}
	word, args := text, ""
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		word, args = text[:i], text[i:]
	}
	if isMarker(word) {
		return
	}
	if !slices.Contains(verbs, Verb(word)) {
		f.stray(unknownVerb(c, word))
		return
	}
	d := &Directive{Pos: c.Pos(), End: c.End(), Verb: Verb(word)}
	site := f.site(group, c, d)
	if site == nil {
		return
	}
	p := argParser{directive: d, text: args, base: c.Pos() + token.Pos(len(c.Text)-len(args)), position: f.position}
	p.parse()
	site.Directives = append(site.Directives, d)
	for _, problem := range p.problems {
		site.Diagnostics = append(site.Diagnostics, f.diagnostic(problem))
	}
}

// site returns the site that d, which stands in c, belongs to. It is nil where no directive may stand.
func (f *finder) site(group *ast.CommentGroup, c *ast.Comment, d *Directive) *Site {
	if fn := f.docs[group]; fn != nil {
		return f.siteOf(siteKey{group, fn}, fn, nil)
	}
	fn, block := f.enclosing(c.Pos())
	switch {
	case block == nil && d.Verb == Ignore:
		f.misplaced(d, "stands above no function; move it into the doc comment of one, with no blank line between")
	case block == nil:
		f.misplaced(d, "stands above no function and in no block; move it into the doc comment of a function, with no blank line between, or make it the first line of a block")
	case d.Verb == Ignore:
		f.misplaced(d, "concerns whole functions; move it into the doc comment of one")
	case !f.aloneOnLine(c):
		f.misplaced(d, "shares its line with code; give it a line of its own")
	case inStatement(block, c):
		f.misplaced(d, "stands inside a statement; move it above")
	default:
		return f.siteOf(siteKey{group, block}, fn, block)
	}
	return nil
}

// siteOf returns the site with the given identity, which it makes if there is none.
func (f *finder) siteOf(key siteKey, fn *ast.FuncDecl, block ast.Node) *Site {
	if s := f.sites[key]; s != nil {
		return s
	}
	s := &Site{Func: fn, Block: block}
	f.sites[key] = s
	f.result.Sites = append(f.result.Sites, s)
	return s
}

// refuse adds the reasons of the whole site, which hold whatever the directives say.
func (f *finder) refuse(s *Site) {
	add := func(rule Rule, pos token.Pos, subject, message string) {
		s.Diagnostics = append(s.Diagnostics, f.diagnostic(problem{pos: pos, subject: subject, message: message, rule: rule}))
	}
	if !s.Instruments() {
		return
	}
	if ast.IsGenerated(f.file) && !isFromCgo(f.file) {
		add(RuleGeneratedFile, s.Directives[0].Pos, s.Directives[0].Subject(), "the file is generated; put the directive into what it is generated from")
		return
	}
	if s.Block != nil && s.times() && !statementBehind(s.Block, s.Directives[0].Pos) {
		d := s.Directives[0]
		add(RulePlacement, d.Pos, d.Subject(), "nothing follows in the block; move it above what it is to time")
	}
	if s.Func == nil {
		return
	}
	name := s.Func.Name
	if s.Func.Body == nil {
		add(RuleFunction, name.Pos(), name.Name, "function has no body, nothing to time; take the directive out, or move it to the caller")
	} else if pragma := ForbiddingPragma(f.file, s.Func); pragma != "" {
		add(RuleFunction, name.Pos(), name.Name, pragma+" leaves no room for instrumentation; take the directive out, or move it to the caller")
	}
}

// isFromCgo reports whether a file is what cgo makes of one that people write, which is what go vet gives to analyzers.
func isFromCgo(file *ast.File) bool {
	return len(file.Comments) > 0 && file.Comments[0].List[0].Text == "// Code generated by cmd/cgo; DO NOT EDIT."
}

// Instruments reports whether the site asks for any code: not if all it says is ignore.
func (s *Site) Instruments() bool {
	return slices.ContainsFunc(s.Directives, func(d *Directive) bool { return d.Verb != Ignore })
}

// pragmas are the compiler directives after which a function must not call what may grow the stack,
// allocate or be preempted (cmd/compile, "Compiler Directives", and runtime/HACKING.md).
var pragmas = []string{
	"//go:nosplit", "//go:systemstack", "//go:nowritebarrier", "//go:nowritebarrierrec",
	"//go:yeswritebarrierrec", "//go:cgo_unsafe_args", "//go:uintptrkeepalive",
}

// ForbiddingPragma returns the pragma that forbids to instrument a function of the file, which was parsed with
// comments; it is empty if there is none. A pragma holds for the next declaration, whatever stands between the two.
func ForbiddingPragma(file *ast.File, fn *ast.FuncDecl) string {
	before := file.Name.End()
	for _, decl := range file.Decls {
		if decl == fn {
			break
		}
		before = decl.End()
	}
	for _, group := range file.Comments {
		if group.Pos() < before || group.Pos() > fn.Type.Func {
			continue
		}
		for _, c := range group.List {
			word, _, _ := strings.Cut(c.Text, " ")
			if slices.Contains(pragmas, word) {
				return word
			}
		}
	}
	return ""
}

// enclosing returns the innermost block, case or communication clause around pos, and the function
// declaration around that. The function is nil for a function literal outside of any, the block where
// pos is in no block.
func (f *finder) enclosing(pos token.Pos) (fn *ast.FuncDecl, block ast.Node) {
	ast.Inspect(f.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			return false
		case *ast.FuncDecl:
			if n.Pos() <= pos && pos < n.End() {
				fn = n
			}
		case *ast.BlockStmt:
			if n.Lbrace < pos && pos < n.Rbrace {
				block = n
				if clause := clauseAround(n, pos); clause != nil {
					block = clause
				}
			}
		}
		return n.Pos() <= pos && pos < n.End()
	})
	return fn, block
}

// clauseAround returns the case or communication clause of a switch or select body that pos belongs to:
// a clause goes on to the next one, comments behind its last statement included.
func clauseAround(body *ast.BlockStmt, pos token.Pos) (clause ast.Node) {
	for _, s := range body.List {
		switch s := s.(type) {
		case *ast.CaseClause:
			if s.Colon < pos {
				clause = s
			}
		case *ast.CommClause:
			if s.Colon < pos {
				clause = s
			}
		}
	}
	return clause
}

// times reports whether a directive of the site is a scope.
func (s *Site) times() bool {
	return slices.ContainsFunc(s.Directives, func(d *Directive) bool { return d.Verb == Scope })
}

// statementBehind reports whether a block has a statement behind pos.
func statementBehind(block ast.Node, pos token.Pos) bool {
	return slices.ContainsFunc(statements(block), func(s ast.Stmt) bool { return s.Pos() > pos })
}

// statements returns the statements of a block or clause.
func statements(block ast.Node) []ast.Stmt {
	switch b := block.(type) {
	case *ast.BlockStmt:
		return b.List
	case *ast.CaseClause:
		return b.Body
	case *ast.CommClause:
		return b.Body
	default:
		panic(fmt.Sprintf("scopes: %T is no block", block))
	}
}

// inStatement reports whether the comment stands inside one of the block's own statements, or in a
// switch before its first clause.
func inStatement(block ast.Node, c *ast.Comment) bool {
	for _, s := range statements(block) {
		switch s.(type) {
		case *ast.CaseClause, *ast.CommClause:
			return true
		}
		if s.Pos() < c.Pos() && c.Pos() < s.End() {
			return true
		}
	}
	return false
}

func (f *finder) aloneOnLine(c *ast.Comment) bool {
	offset := f.position(c.Pos()).Offset
	line := bytes.LastIndexByte(f.src[:offset], '\n') + 1
	return len(bytes.TrimSpace(f.src[line:offset])) == 0
}

// Lint returns all that is wrong with the directives of a file, as far as it can be told without types.
func Lint(fset *token.FileSet, s Source) []Diagnostic {
	file, diagnostics := Parse(fset, s.Path, s.Src)
	if diagnostics != nil {
		return diagnostics
	}
	return Find(fset, file, s.Src).Diagnostics()
}
