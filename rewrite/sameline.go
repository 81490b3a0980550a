package rewrite

import (
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
// hide build constraints. The name in it must be absolute: the tools resolve others differently.
//
// The marks tell the code from the original; behind tele:out stands the text that the code has replaced,
// if it has replaced any. See [WithoutCode].
const (
	sameLineIn  = "/*tele:in*/"
	sameLineOut = "/*tele:out "
	endComment  = "*/"
)

// printSameLine returns the splices that put the edits of a file into its source on the lines that are there.
func printSameLine(f *fileEdits) []splice {
	s := sameLine{f}
	splices := append(s.fileNames(), s.header())
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

type sameLine struct{ *fileEdits }

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
	directive := "/*line " + at.Filename + ":" + strconv.Itoa(at.Line)
	if at.Column > 0 { // a line directive of the original may leave columns unknown
		directive += ":" + strconv.Itoa(at.Column)
	}
	return directive + endComment
}

// fileNames makes the file names in the line directives of the original absolute: they are relative to its
// directory, and the same-line form lies elsewhere.
func (s sameLine) fileNames() []splice {
	var splices []splice
	for _, group := range s.syntax.Comments {
		for _, c := range group.List {
			name, ok := strings.CutPrefix(c.Text, "//line ")
			if !ok {
				name, ok = strings.CutPrefix(c.Text, "/*line ")
			}
			if !ok || name == "" || name[0] == ':' || filepath.IsAbs(name) {
				continue
			}
			at := s.offset(c.Pos()) + len("//line ")
			splices = append(splices, splice{at, at, filepath.Dir(s.fset.File(s.syntax.Package).Name()) + string(filepath.Separator)})
		}
	}
	return splices
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
