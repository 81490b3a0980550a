package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// Strip takes all generated code out of a file. The result is what the file was before it was generated,
// byte for byte, together with what a person has edited since. Where an edit stands inside generated
// code, or the file does not parse, the diagnostics say so and the result is nil.
func Strip(filename string, src []byte) ([]byte, []scopes.Diagnostic) {
	out, _, diagnostics := strip(filename, src)
	return out, diagnostics
}

// strip does what Strip does, and also returns the splices that it has made, in order.
func strip(filename string, src []byte) ([]byte, []splice, []scopes.Diagnostic) {
	if !slices.ContainsFunc([]string{markerGen, markerEnd, markerImport, markerBefore, markerBehind}, func(m string) bool {
		return bytes.Contains(src, []byte(m))
	}) {
		return src, nil, nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, filename, src, parser.ParseComments) // with object resolution, see use
	if err != nil {
		return nil, nil, scopes.SyntaxDiagnostics(filename, src, err)
	}
	s := stripper{fset: fset, file: file, src: src}
	s.regions()
	s.signatures()
	s.imports()
	if len(s.diagnostics) > 0 {
		return nil, nil, scopes.SortDiagnostics(s.diagnostics)
	}
	return apply(src, s.splices), s.splices, nil
}

type stripper struct {
	fset        *token.FileSet
	file        *ast.File
	src         []byte
	generated   []span
	renamed     []renamedField
	splices     []splice
	diagnostics []scopes.Diagnostic
}

// A span is a part of the source, from start up to end.
type span struct{ start, end int }

func (s *stripper) offset(pos token.Pos) int { return s.fset.PositionFor(pos, false).Offset }

func (s *stripper) errorf(pos token.Pos, subject, format string, args ...any) {
	s.diagnostics = append(s.diagnostics, scopes.Diagnostic{
		Position: s.fset.PositionFor(pos, false), Subject: subject, Message: fmt.Sprintf(format, args...), Rule: scopes.RuleGeneratedCode,
	})
}

func (s *stripper) remove(start, end int) {
	s.splices = append(s.splices, splice{start: start, end: end})
}

// isMark reports whether a comment is the given marker.
func isMark(c *ast.Comment, marker string) bool {
	rest, ok := strings.CutPrefix(c.Text, marker)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}

// regions takes out the code between markers, and what goes with it in the signatures.
func (s *stripper) regions() {
	importsEnd := s.importsEnd()
	var begin *ast.Comment
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			switch {
			case c.Pos() < importsEnd:
			case isMark(c, markerGen):
				if begin != nil {
					s.unpaired(begin, markerEnd)
				}
				begin = c
			case isMark(c, markerEnd) && begin == nil:
				s.unpaired(c, markerGen)
			case isMark(c, markerEnd):
				s.region(begin, c)
				begin = nil
			case c.Text == markerBefore || c.Text == markerBehind:
				s.exit(c)
			}
		}
	}
	if begin != nil {
		s.unpaired(begin, markerEnd)
	}
}

func (s *stripper) unpaired(c *ast.Comment, missing string) {
	s.errorf(c.Pos(), c.Text, "%s is missing; take the generated code around this comment out by hand, and generate again", missing)
}

// region takes out one piece of generated code.
func (s *stripper) region(begin, end *ast.Comment) {
	h, ok := parseHeader(begin.Text)
	if !ok {
		s.errorf(begin.Pos(), begin.Text, "not a marker that this version knows; strip with the version that wrote it")
		return
	}
	start, stop := s.offset(begin.Pos()), s.offset(end.Pos())
	if sum := checksum(s.src[start:stop]); strings.TrimSpace(strings.TrimPrefix(end.Text, markerEnd)) != sum {
		s.errorf(begin.Pos(), begin.Text, "the generated code in lines %d to %d was edited; undo that there, and put what is to stay outside of them",
			s.fset.PositionFor(begin.Pos(), false).Line, s.fset.PositionFor(end.Pos(), false).Line)
		return
	}
	from, to := lineStart(s.src, start), nextLine(s.src, stop)
	indent := string(s.src[lineStart(s.src, stop):stop])
	fn := s.function(begin.Pos())
	switch alone := strings.TrimSpace(string(s.src[from:start])) == ""; {
	case h.shape == oneLine && !alone:
		from, to = start, skip(s.src, to, indent)
		s.closingMark(fn)
	case !alone || len(s.src[to:]) > 0 && strings.TrimSpace(indent) != "":
		s.errorf(begin.Pos(), begin.Text, "the marker shares its line with code; give it a line of its own")
		return
	case h.shape == empty && fn != nil:
		before, after := s.offset(fn.body.Lbrace)+1, skip(s.src, to, strings.TrimSuffix(indent, "\t"))
		if strings.TrimSpace(string(s.src[before:from])) == "" && after == s.offset(fn.body.Rbrace) {
			from, to = before, after
		}
	}
	s.generated = append(s.generated, span{from, to})
	s.remove(from, to)
	for _, r := range h.renamings {
		s.renamed = append(s.renamed, renamedField{fn, r})
	}
}

// A renamedField is a renaming of a function's signature that is to be taken back.
type renamedField struct {
	fn *strippedFunction
	renaming
}

// signatures takes back the renamings, once it is known which code is generated.
func (s *stripper) signatures() {
	for _, r := range s.renamed {
		if r.fn != nil {
			s.rename(r.fn, r.renaming)
		}
	}
}

// exit takes out the end of a scope that stands where its block is left: on a line of its own only if a person
// has put it there.
func (s *stripper) exit(c *ast.Comment) {
	start := s.offset(c.Pos())
	m := exitCall.Find(s.src[start:])
	if m == nil {
		s.errorf(c.Pos(), c.Text, "generated code was edited; take the comment out if the line is yours now, or the line as a whole")
		return
	}
	end := start + len(m)
	line, next := lineStart(s.src, start), nextLine(s.src, end)
	before, after := strings.TrimSpace(string(s.src[line:start])), strings.TrimSpace(string(s.src[end:next]))
	switch {
	case before == "" && after == "":
		start, end = line, next
	case c.Text == markerBefore && bytes.HasPrefix(s.src[end:], []byte("; ")):
		end += len("; ")
	case c.Text == markerBehind && bytes.HasSuffix(s.src[:start], []byte("; ")):
		start -= len("; ")
	case bytes.ContainsRune(m, '\n'): // gofmt has put the call on a line of its own
		start = len(bytes.TrimRight(s.src[:start], " \t"))
	default:
		s.errorf(c.Pos(), c.Text, "generated code shares its line with other code; give it a line of its own")
		return
	}
	s.generated = append(s.generated, span{start, end})
	s.remove(start, end)
}

// exitCall matches what is generated to end a scope.
var exitCall = regexp.MustCompile(`^/\*tele:(gen|end)\*/\s+\w+\.End\(\)`)

// closingMark takes out the mark before the closing brace of a body that was on one line.
func (s *stripper) closingMark(fn *strippedFunction) {
	if fn == nil {
		return
	}
	brace := s.offset(fn.body.Rbrace)
	mark := bytes.LastIndex(s.src[:brace], []byte(markerLine))
	if mark > s.offset(fn.body.Lbrace) && len(bytes.TrimSpace(s.src[mark+len(markerLine):brace])) == 0 {
		s.remove(mark, brace)
	}
}

// A strippedFunction is the innermost declaration or literal around generated code.
type strippedFunction struct {
	recv *ast.FieldList // nil for functions and literals
	typ  *ast.FuncType
	body *ast.BlockStmt
}

// function returns the innermost function whose body holds pos.
func (s *stripper) function(pos token.Pos) (fn *strippedFunction) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		var f strippedFunction
		switch n := n.(type) {
		case nil:
			return false
		case *ast.FuncDecl:
			f = strippedFunction{n.Recv, n.Type, n.Body}
		case *ast.FuncLit:
			f = strippedFunction{nil, n.Type, n.Body}
		}
		if f.body != nil && f.body.Lbrace < pos && pos < f.body.Rbrace {
			fn = &f
		}
		return n.Pos() <= pos && pos < n.End()
	})
	return fn
}

// rename takes back what was done to a name in the signature of fn, unless a person has come to rely on it.
func (s *stripper) rename(fn *strippedFunction, r renaming) {
	list, id := field(fn, r.name)
	if id == nil {
		return
	}
	use := s.use(fn, id)
	old, wasCalled := strings.CutPrefix(string(r.how), string(wasNamed))
	start, end := s.offset(id.Pos()), s.offset(id.End())
	switch {
	case wasCalled && use != token.NoPos:
		s.errorf(use, r.name, "this name stands only in generated code; write %s instead", old)
	case use != token.NoPos:
		// A person has used the name: it stays, with the others of the list.
	case wasCalled:
		s.splices = append(s.splices, splice{start, end, old})
	case r.how == wasBlank:
		s.splices = append(s.splices, splice{start, end, "_"})
	case r.how == wasBare && len(list.List) == 1 && string(s.src[s.offset(list.Opening):end]) == "("+r.name:
		s.remove(s.offset(list.Opening), s.offset(list.List[0].Type.Pos()))
		s.remove(s.offset(list.Closing), s.offset(list.Closing)+1)
	default:
		s.unname(list, r.name)
	}
}

// unname takes the names of a list out, if all are name or blank.
func (s *stripper) unname(list *ast.FieldList, name string) {
	var names []splice
	for _, f := range list.List {
		if len(f.Names) != 1 || f.Names[0].Name != name && f.Names[0].Name != "_" {
			return
		}
		names = append(names, splice{start: s.offset(f.Names[0].Pos()), end: s.offset(f.Type.Pos())})
	}
	s.splices = append(s.splices, names...)
}

// field returns the receiver, parameter or result of fn that is called name.
func field(fn *strippedFunction, name string) (*ast.FieldList, *ast.Ident) {
	for _, list := range []*ast.FieldList{fn.recv, fn.typ.Params, fn.typ.Results} {
		if list == nil {
			continue
		}
		for _, f := range list.List {
			for _, id := range f.Names {
				if id.Name == name {
					return list, id
				}
			}
		}
	}
	return nil, nil
}

// use returns where a person uses a parameter or result that generated code has named, if at all. Where the
// first to mention it is a := that declares other variables too, that will declare it when the name is gone.
func (s *stripper) use(fn *strippedFunction, id *ast.Ident) token.Pos {
	found, declared := token.NoPos, map[*ast.Ident]bool{}
	ast.Inspect(fn.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if x, ok := lhs.(*ast.Ident); ok && n.Tok == token.DEFINE {
					declared[x] = true
				}
			}
		case *ast.Ident:
			// The resolver of go/parser knows the names of a function, which are all that matters here.
			if found == token.NoPos && id.Obj != nil && n.Obj == id.Obj && !s.isGenerated(n.Pos()) {
				if declared[n] {
					found = -1
				} else {
					found = n.Pos()
				}
			}
		}
		return found == token.NoPos
	})
	return max(found, token.NoPos)
}

func (s *stripper) isGenerated(pos token.Pos) bool {
	offset := s.offset(pos)
	for _, g := range s.generated {
		if g.start <= offset && offset < g.end {
			return true
		}
	}
	return false
}

// importsEnd returns the end of the last import declaration, the comment behind it included.
func (s *stripper) importsEnd() token.Pos {
	end := s.file.Name.End()
	for _, decl := range s.file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		end = d.End()
		for _, spec := range d.Specs {
			if c := spec.(*ast.ImportSpec).Comment; c != nil {
				end = max(end, c.Pos()+1)
			}
		}
	}
	return end
}

// imports takes out the imports that were generated. One that a person uses by now stays, without the
// mark.
func (s *stripper) imports() {
	for _, decl := range s.file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		for _, spec := range d.Specs {
			if spec := spec.(*ast.ImportSpec); spec.Name != nil {
				s.importSpec(d, spec)
			}
		}
	}
}

func (s *stripper) importSpec(d *ast.GenDecl, spec *ast.ImportSpec) {
	end := s.offset(spec.End())
	mark := s.src[end:]
	inline := bytes.HasPrefix(mark, []byte(" "+markerImport))
	if !inline && !bytes.HasPrefix(bytes.TrimLeft(mark, " \t"), []byte(markerGen)) {
		return
	}
	if s.importUsed(spec.Name.Name) {
		if inline {
			s.remove(end, end+len(" "+markerImport))
		} else {
			s.remove(end, end+bytes.IndexAny(mark, "\r\n"))
		}
		return
	}
	if inline {
		s.remove(s.offset(d.Pos())-len("; "), end+len(" "+markerImport))
		return
	}
	from, to := lineStart(s.src, end), nextLine(s.src, end)
	if before := lineStart(s.src, max(from-1, 0)); before < from && strings.TrimSpace(string(s.src[before:from])) == "" && s.lastOfGroup(d, to) {
		from = before
	}
	s.remove(from, to)
}

// lastOfGroup reports whether nothing of the import declaration follows, so that the blank line before
// the import came with it.
func (s *stripper) lastOfGroup(d *ast.GenDecl, to int) bool {
	if !d.Rparen.IsValid() {
		return true
	}
	return strings.TrimSpace(string(s.src[to:s.offset(d.Rparen)])) == ""
}

// importUsed reports whether a person uses the import called name.
func (s *stripper) importUsed(name string) bool {
	for _, decl := range s.file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			continue
		}
		used := false
		ast.Inspect(decl, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == name && !s.isGenerated(x.Pos()) {
					used = true
				}
			}
			return !used
		})
		if used {
			return true
		}
	}
	return false
}
