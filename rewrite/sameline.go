package rewrite

import (
	"cmp"
	"go/ast"
	"go/scanner"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// The same-line form is for the compiler, not for people. Code is put on the lines that are there, and behind
// each piece a line directive says where in the original file the text goes on:
//
//	func Plan(ctx context.Context) error {/*tele:in*/ … ; /*tele:out *//*line /src/plan.go:9:38*/
//
// so that every token of the original keeps its file, line and column, for stack traces, debuggers, compile
// errors and coverage alike. A first line directive stands before the package clause: one any earlier would
// hide build constraints. The name in it is absolute, since the tools resolve others differently; but where the
// original says in a line directive of its own what it is called, by that.
//
// The marks tell the code from the original; behind tele:out stands the text that the code has replaced,
// if it has replaced any. See [CutCode].
const (
	sameLineIn  = "/*tele:in*/"
	sameLineOut = "/*tele:out "
	endComment  = "*/"
)

// printSameLine returns the splices that put the edits of a file into its source on the lines that are there.
func printSameLine(f *fileEdits) []splice {
	s := sameLine{f, map[string]string{}}
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			s.noteName(c.Text)
		}
	}
	splices := []splice{s.header()}
	if f.importName != "" {
		splices = append(splices, s.insert(f.syntax.Name.End(), "; import "+f.importName+" "+strconv.Quote(RuntimePath)))
	}
	for _, e := range f.extra {
		splices = append(splices, s.replace(splice{e.at, e.at, e.text}))
	}
	for _, fn := range f.functions {
		for _, e := range fn.signature {
			splices = append(splices, s.replace(e))
		}
		if first := fn.first(); first != "" {
			splices = append(splices, s.insert(fn.body.Lbrace+1, onOneLineOfCode(first)))
		}
		for _, b := range fn.blocks {
			line := lineStart(f.src, f.offset(b.after))
			directive := line + len(leadingBlanks(f.src[line:]))
			splices = append(splices, s.replace(splice{directive, directive, onOneLineOfCode(fn.print(b))}))
		}
		for _, e := range fn.exits {
			splices = append(splices, s.exit(e))
		}
	}
	return splices
}

// An insertion is text to insert at an offset.
type insertion struct {
	at   int
	text string
}

type sameLine struct {
	*fileEdits
	// names are the relative file names in line directives of the original, by what go/token makes of them. The
	// compiler takes them as they are.
	names map[string]string
}

// noteName notes the file name of a line directive.
func (s sameLine) noteName(comment string) {
	name, ok := strings.CutPrefix(comment, "//line ")
	if !ok {
		name, ok = strings.CutPrefix(strings.TrimSuffix(comment, endComment), "/*line ")
	}
	for range 2 { // line and column, or line alone
		if i := strings.LastIndexByte(name, ':'); i >= 0 && isDecimal(name[i+1:]) {
			name = name[:i]
		}
	}
	if ok && name != "" && !filepath.IsAbs(name) {
		s.names[filepath.Join(filepath.Dir(s.fset.File(s.syntax.Package).Name()), name)] = name
	}
}

func isDecimal(s string) bool {
	_, err := strconv.Atoi(strings.TrimSpace(s))
	return err == nil
}

func (s sameLine) insert(pos token.Pos, text string) splice {
	at := s.offset(pos)
	return s.replace(splice{at, at, text})
}

// replace marks a splice, and goes on behind it where the original does.
func (s sameLine) replace(e splice) splice {
	e.text = sameLineIn + e.text + sameLineOut + string(s.src[e.start:e.end]) + endComment + s.lineDirective(e.end)
	return e
}

// exit ends scopes before a statement or behind one.
func (s sameLine) exit(e exitEdit) splice {
	var ends []string
	for _, scope := range e.scopes {
		ends = append(ends, scope+".End()")
	}
	calls := strings.Join(ends, "; ")
	switch {
	case e.after == nil:
		return s.insert(e.before.Pos(), calls+"; ")
	case isImplicitlyEmpty(unlabeled(e.after)): // a label before the closing brace
		return s.insert(e.after.End(), calls+"; ")
	default:
		return s.insert(e.after.End(), "; "+calls)
	}
}

func isImplicitlyEmpty(s ast.Stmt) bool {
	empty, ok := s.(*ast.EmptyStmt)
	return ok && empty.Implicit
}

// header returns the line directive before the package clause.
func (s sameLine) header() splice {
	at := s.offset(s.syntax.Package)
	return splice{at, at, s.lineDirective(at)}
}

// lineDirective returns the comment that gives what follows it the position of the original at an offset.
func (s sameLine) lineDirective(offset int) string {
	file := s.fset.File(s.syntax.Package)
	at := s.fset.PositionFor(file.Pos(offset), true)
	directive := "/*line " + cmp.Or(s.names[at.Filename], at.Filename) + ":" + strconv.Itoa(at.Line)
	if at.Column > 0 { // a line directive of the original may leave columns unknown
		directive += ":" + strconv.Itoa(at.Column)
	}
	return directive + endComment
}

// onOneLineOfCode joins the lines of formatted statements. Each ends in a semicolon where the language puts one.
func onOneLineOfCode(statements string) string {
	src := []byte(statements)
	file := token.NewFileSet().AddFile("", -1, len(src))
	var scan scanner.Scanner
	scan.Init(file, src, func(at token.Position, message string) {
		panic("rewrite: statements do not scan: " + at.String() + ": " + message)
	}, 0)
	var b strings.Builder
	last := 0
	for {
		pos, tok, lit := scan.Scan()
		at := file.Offset(pos)
		if newline := strings.IndexByte(statements[last:at], '\n'); newline >= 0 {
			b.WriteByte(' ')
		} else {
			b.WriteString(statements[last:at])
		}
		switch {
		case tok == token.EOF:
			return b.String()
		case tok == token.SEMICOLON && lit == "\n":
			b.WriteByte(';')
			last = min(at, len(statements))
			continue
		case lit == "" || tok.IsOperator():
			lit = tok.String()
		}
		b.WriteString(statements[at : at+len(lit)])
		last = at + len(lit)
	}
}
