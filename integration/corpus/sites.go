package corpus

import (
	"bytes"
	"go/ast"
	"go/token"
	"strings"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// annotateOptions say which directives to write.
type annotateOptions struct {
	every      int  // take one site in so many
	blocks     bool // the blocks in functions are sites too
	keys       bool // directives of functions have metadata
	leaveTests bool // pass _test.go files by
}

// A site is where a directive goes.
type site struct {
	offset int    // of the line that the directive goes before
	text   string // the directive's line and what gofmt wants between it and what stands above
	name   string // of the scope
	line   int    // of the directive, in the file with all directives
}

// A finder finds the sites of a file.
type finder struct {
	fset    *token.FileSet
	pkg     string
	src     []byte
	options annotateOptions
	sites   []*site // by offset
	crowded bool    // see source

	functions, blocks, skipped int
}

func (f *finder) find(file *ast.File) {
	for _, decl := range file.Decls {
		name := scopename.Suggest(f.pkg + ".var")
		if fn, ok := decl.(*ast.FuncDecl); ok {
			name = f.function(fn)
		}
		if f.options.blocks {
			f.blocksIn(decl, name)
		}
	}
}

func (f *finder) line(pos token.Pos) int   { return f.fset.PositionFor(pos, false).Line }
func (f *finder) offset(pos token.Pos) int { return f.fset.PositionFor(pos, false).Offset }

// lineStart returns the offset of the line that pos is on.
func (f *finder) lineStart(pos token.Pos) int {
	return bytes.LastIndexByte(f.src[:f.offset(pos)], '\n') + 1
}

// function adds the site of a function, and returns its scope name.
func (f *finder) function(fn *ast.FuncDecl) string {
	f.functions++
	f.crowded = f.crowded || f.isCrowded(fn)
	name := f.scopeName(fn)
	line := f.lineStart(fn.Type.Func)
	if line == 0 || len(bytes.TrimSpace(f.src[line:f.offset(fn.Type.Func)])) > 0 {
		f.skipped++ // what stands there may be a comment, which is then no doc comment
		return name
	}
	directive := "//tele:scope " + name
	if f.options.keys {
		directive += metadata(fn)
	}
	f.sites = append(f.sites, &site{
		offset: line,
		text:   withSeparator(f.src[:line], fn.Doc, directive),
		name:   name,
	})
	return name
}

// isCrowded reports whether a function is on one line with several statements, or with more than a space
// before its brace, since gofmt aligns it with a neighbour.
func (f *finder) isCrowded(fn *ast.FuncDecl) bool {
	if fn.Body == nil || f.line(fn.Pos()) != f.line(fn.End()) {
		return false
	}
	return len(fn.Body.List) > 1 || bytes.HasSuffix(f.src[:f.offset(fn.Body.Lbrace)], []byte("  "))
}

// scopeName returns a valid scope name from those of the package, the receiver's type and the function.
func (f *finder) scopeName(fn *ast.FuncDecl) string {
	name := f.pkg
	if fn.Recv != nil && len(fn.Recv.List) > 0 {
		ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && name == f.pkg {
				name += "." + id.Name
			}
			return name == f.pkg
		})
	}
	return scopename.Suggest(name + "." + fn.Name.Name)
}

// metadata returns pairs made of all names in a signature: what is passed, and what is returned.
func metadata(fn *ast.FuncDecl) string {
	var b strings.Builder
	add := func(key string, list *ast.FieldList) {
		if list == nil {
			return
		}
		for _, field := range list.List {
			for _, id := range field.Names {
				if id.Name != "_" {
					b.WriteString(" " + key + "=" + id.Name)
					key += "x"
				}
			}
		}
	}
	add("receiver", fn.Recv)
	add("parameter", fn.Type.Params)
	add("result", fn.Type.Results)
	return b.String()
}

// withSeparator returns the line of a function's directive, to insert behind before, with what gofmt wants
// between it and the doc comment or whatever else is above.
func withSeparator(before []byte, doc *ast.CommentGroup, directive string) string {
	eol := lineEnd(before)
	text := directive + eol
	if doc == nil {
		if above := bytes.TrimSuffix(before, []byte(eol)); !bytes.HasSuffix(above, []byte("\n")) {
			text = eol + text
		}
		return text
	}
	last := doc.List[len(doc.List)-1]
	if _, isDirective := ast.ParseDirective(last.Pos(), last.Text); !isDirective && last.Text != "//" && last.Text[1] == '/' {
		text = "//" + eol + text
	}
	return text
}

func lineEnd(before []byte) string {
	if bytes.HasSuffix(before, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// blocksIn adds the blocks and clauses below root that are on lines of their own: the first line of each is a
// site.
func (f *finder) blocksIn(root ast.Node, name string) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			if len(n.List) == 0 || !isClause(n.List[0]) {
				f.block(n.Lbrace, n.List, name)
			}
		case *ast.CaseClause:
			f.block(n.Colon, n.Body, name)
		case *ast.CommClause:
			f.block(n.Colon, n.Body, name)
		}
		return true
	})
}

func isClause(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return true
	default:
		return false
	}
}

// block adds the block that starts with the brace or colon at open.
func (f *finder) block(open token.Pos, list []ast.Stmt, name string) {
	behind := f.offset(open) + 1
	rest, _, more := bytes.Cut(f.src[behind:], []byte("\n"))
	if trimmed := bytes.TrimSpace(rest); !more || len(trimmed) > 0 && !bytes.HasPrefix(trimmed, []byte("//")) {
		return
	}
	f.blocks++
	next := behind + len(rest) + len("\n")
	indent := leadingBlanks(f.src[f.lineStart(open):]) + "\t"
	if len(list) > 0 {
		if _, isLabeled := list[0].(*ast.LabeledStmt); !isLabeled {
			indent = leadingBlanks(f.src[f.lineStart(list[0].Pos()):])
		}
	}
	name += ".block"
	f.sites = append(f.sites, &site{offset: next, text: indent + "//tele:scope " + name + lineEnd(f.src[:next]), name: name})
}

func leadingBlanks(src []byte) string {
	return string(src[:len(src)-len(bytes.TrimLeft(src, " \t"))])
}
