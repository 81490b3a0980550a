package rewrite

import (
	"bytes"
	"go/token"
	"strconv"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"
)

func ident(name string) *dst.Ident { return dst.NewIdent(name) }

func selector(x, name string) *dst.SelectorExpr {
	return &dst.SelectorExpr{X: ident(x), Sel: ident(name)}
}

// clone returns a copy of an expression: a node has one place in a tree.
func clone(e dst.Expr) dst.Expr { return dst.Clone(e).(dst.Expr) }

func quoted(s string) *dst.BasicLit {
	return &dst.BasicLit{Kind: token.STRING, Value: strconv.Quote(s)}
}

func call(fun dst.Expr, args ...dst.Expr) *dst.CallExpr {
	return &dst.CallExpr{Fun: fun, Args: args}
}

func addressOf(name string) *dst.UnaryExpr {
	return &dst.UnaryExpr{Op: token.AND, X: ident(name)}
}

// set returns the statement lhs tok rhs, with tok = or :=.
func set(tok token.Token, rhs dst.Expr, lhs ...string) *dst.AssignStmt {
	s := &dst.AssignStmt{Tok: tok, Rhs: []dst.Expr{rhs}}
	for _, name := range lhs {
		s.Lhs = append(s.Lhs, ident(name))
	}
	return s
}

// declare returns the statement var names typ.
func declare(typ dst.Expr, names ...string) *dst.DeclStmt {
	spec := &dst.ValueSpec{Type: typ}
	for _, name := range names {
		spec.Names = append(spec.Names, ident(name))
	}
	return &dst.DeclStmt{Decl: &dst.GenDecl{Tok: token.VAR, Specs: []dst.Spec{spec}}}
}

// spread puts arguments on a line each if there are more of them than a person would put on one.
func spread(args []dst.Expr) []dst.Expr {
	if len(args) > 2 {
		for _, a := range args {
			a.Decorations().Before = dst.NewLine
			a.Decorations().After = dst.NewLine
		}
	}
	return args
}

// literal returns a function literal without parameters, on lines of its own.
func literal(body ...dst.Stmt) *dst.FuncLit {
	for _, s := range body {
		s.Decorations().Before = dst.NewLine
		s.Decorations().After = dst.NewLine
	}
	return &dst.FuncLit{Type: &dst.FuncType{Func: true, Params: &dst.FieldList{}}, Body: &dst.BlockStmt{List: body}}
}

// lazy returns func() interface{} { return e }. It is not written with any, which code at a language
// version before go1.18 does not know, and which may be shadowed.
func lazy(e dst.Expr) *dst.FuncLit {
	return &dst.FuncLit{
		Type: &dst.FuncType{
			Func:    true,
			Params:  &dst.FieldList{},
			Results: &dst.FieldList{List: []*dst.Field{{Type: &dst.InterfaceType{Methods: &dst.FieldList{Opening: true, Closing: true}}}}},
		},
		Body: &dst.BlockStmt{List: []dst.Stmt{&dst.ReturnStmt{Results: []dst.Expr{e}}}},
	}
}

// parseExpr turns the text of an expression that is known to parse into a tree.
func parseExpr(text string) dst.Expr {
	file, err := decorator.Parse("package p\n\nvar _ = " + text + "\n")
	if err != nil {
		panic("rewrite: expression was not checked: " + err.Error())
	}
	value := file.Decls[0].(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Values[0]
	return clone(value)
}

// printStatements prints statements as gofmt does, without indentation.
func printStatements(statements []dst.Stmt) string {
	for _, s := range statements {
		s.Decorations().Before = dst.NewLine
		s.Decorations().After = dst.NewLine
	}
	file := &dst.File{Name: ident("p"), Decls: []dst.Decl{&dst.FuncDecl{
		Name: ident("_"),
		Type: &dst.FuncType{Func: true, Params: &dst.FieldList{}},
		Body: &dst.BlockStmt{List: statements},
	}}}
	var b bytes.Buffer
	if err := decorator.Fprint(&b, file); err != nil {
		panic("rewrite: statements do not print: " + err.Error())
	}
	_, body, _ := strings.Cut(b.String(), "{\n")
	body = strings.TrimSuffix(strings.TrimSpace(body), "}")
	lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "\t")
	}
	return strings.Join(lines, "\n") + "\n"
}
