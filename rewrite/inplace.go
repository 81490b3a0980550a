package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
	"strings"
)

// printInPlace returns the splices that put the edits of a file into its source, on lines of their own
// between markers, the way a person would have written them.
func printInPlace(f *fileEdits) []splice {
	var splices []splice
	if f.importName != "" {
		splices = append(splices, f.importInPlace())
	}
	for _, fn := range f.functions {
		splices = append(splices, fn.signature...)
		renamings := fn.renamings
		if first := fn.first(); first != "" {
			splices = append(splices, f.bodyInPlace(fn, first, renamings)...)
			renamings = nil
		}
		for _, b := range fn.blocks {
			splices = append(splices, f.blockInPlace(b.after, fn.print(b), renamings))
			renamings = nil
		}
		for _, e := range fn.exits {
			splices = append(splices, f.exitInPlace(e))
		}
	}
	return splices
}

// blockInPlace inserts statements below the line of the directives they come from.
func (f *fileEdits) blockInPlace(after token.Pos, statements string, renamings []renaming) splice {
	directive := f.offset(after)
	at := nextLine(f.src, directive)
	indent := leadingBlanks(f.src[lineStart(f.src, directive):])
	return splice{at, at, indent + f.region(header{multiLine, renamings}, statements, indent, lineEnd(f.src, at))}
}

// exitInPlace inserts the ends of scopes: on lines of their own, or, where the statement shares its line with
// others, on that line.
func (f *fileEdits) exitInPlace(e exitEdit) splice {
	if e.after != nil {
		at := f.offset(e.after.End())
		if empty, ok := unlabeled(e.after).(*ast.EmptyStmt); ok && empty.Implicit {
			// A label without a statement ends where the closing brace stands.
			if line := lineStart(f.src, at); strings.TrimSpace(string(f.src[line:at])) == "" {
				return f.exitLines(e, line, leadingBlanks(f.src[line:])+"\t")
			}
			return splice{at, at, strings.Join(append(exitCalls(e, markerBefore), ""), "; ")}
		}
		next := nextLine(f.src, at)
		if onlyComments(f.src[at:next]) {
			line := lineStart(f.src, f.offset(unlabeled(e.after).Pos()))
			return f.exitLines(e, next, leadingBlanks(f.src[line:]))
		}
		return splice{at, at, strings.Join(append([]string{""}, exitCalls(e, markerBehind)...), "; ")}
	}
	at := f.offset(e.before.Pos())
	line := lineStart(f.src, at)
	if indent := string(f.src[line:at]); strings.TrimSpace(indent) == "" {
		return f.exitLines(e, line, indent)
	}
	return splice{at, at, strings.Join(append(exitCalls(e, markerBefore), ""), "; ")}
}

func (f *fileEdits) exitLines(e exitEdit, at int, indent string) splice {
	var ends []string
	for _, scope := range e.scopes {
		ends = append(ends, scope+".End()")
	}
	return splice{at, at, indent + f.region(header{}, strings.Join(ends, "\n"), indent, lineEnd(f.src, at))}
}

func exitCalls(e exitEdit, marker string) []string {
	var calls []string
	for _, scope := range e.scopes {
		calls = append(calls, marker+" "+scope+".End()")
	}
	return calls
}

// unlabeled returns a statement without its labels, which stand further left.
func unlabeled(s ast.Stmt) ast.Stmt {
	for {
		labeled, ok := s.(*ast.LabeledStmt)
		if !ok {
			return s
		}
		s = labeled.Stmt
	}
}

// bodyInPlace inserts the statements at the top of the body. A body on one line,
//
//	func (s *Stack) Len() int { return len(s.items) }
//
// is opened so that the result is formatted as gofmt would have it, and nothing but whole insertions is
// made:
//
//	func (s *Stack) Len() int { //tele:gen line
//		…
//		//tele:end 5f0c3a1b
//		return len(s.items) //tele:line
//	}
func (f *fileEdits) bodyInPlace(fn *function, statements string, renamings []renaming) []splice {
	open, closing := f.offset(fn.body.Lbrace)+1, f.offset(fn.body.Rbrace)
	line := lineStart(f.src, f.offset(fn.typ.Func))
	outer := leadingBlanks(f.src[line:])
	inner := outer + "\t"
	at, shape := insertionPoint(f.src, open, closing)
	eol := lineEnd(f.src, at)
	code := f.region(header{shape, renamings}, statements, inner, eol)
	switch shape {
	case multiLine:
		return []splice{{at, at, inner + code}}
	case empty:
		return []splice{{at, at, eol + inner + code + outer}}
	case oneLine:
		splices := []splice{{at, at, code + inner}}
		if at < closing && !bytes.ContainsRune(f.src[at:closing], '\n') {
			splices = append(splices, splice{closing, closing, markerLine + eol + outer})
		}
		return splices
	default:
		panic("rewrite: unknown shape " + string(shape))
	}
}

// region returns the statements between markers, each line but the first indented and each ended.
func (f *fileEdits) region(h header, statements, indent, eol string) string {
	lines := append([]string{h.String()}, strings.Split(strings.TrimSuffix(statements, "\n"), "\n")...)
	code := strings.Join(lines, eol+indent)
	return code + eol + indent + markerEnd + " " + checksum([]byte(code)) + eol
}

// insertionPoint finds where statements go into a body that starts at open, behind its brace, and ends at
// closing: below the line of the brace if no more than comments follow on it, else before what follows.
func insertionPoint(src []byte, open, closing int) (at int, s shape) {
	if open == closing {
		return open, empty
	}
	next := nextLine(src, open)
	if next <= closing && onlyComments(src[open:next]) {
		return next, multiLine
	}
	return open + len(leadingBlanks(src[open:closing])), oneLine
}

// importInPlace adds the import of the runtime package: as a group of its own to the first import
// declaration with parentheses, or as a declaration behind the last, or behind the package clause.
func (f *fileEdits) importInPlace() splice {
	spec := f.importName + " " + `"` + RuntimePath + `"`
	last := f.syntax.Name.End()
	for _, d := range importDecls(f.syntax) {
		last = d.End()
		paren := f.offset(d.Rparen)
		if d.Lparen.IsValid() && len(d.Specs) > 0 && strings.TrimSpace(string(f.src[lineStart(f.src, paren):paren])) == "" {
			at := lineStart(f.src, paren)
			eol := lineEnd(f.src, at)
			return splice{at, at, eol + "\t" + spec + " " + markerGen + eol}
		}
	}
	return f.importDecl(last, spec)
}

// importDecl adds an import declaration behind pos: after that line, or on it if code follows.
func (f *fileEdits) importDecl(pos token.Pos, spec string) splice {
	end := f.offset(pos)
	next := nextLine(f.src, end)
	if !onlyComments(f.src[end:next]) {
		return splice{end, end, "; import " + spec + " " + markerImport}
	}
	eol := lineEnd(f.src, next)
	return splice{next, next, eol + "import " + spec + " " + markerGen + eol}
}
