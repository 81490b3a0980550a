package rewrite

import (
	"go/ast"

	"github.com/teleinstr/teleinstr/scopes"
)

// spareBodies takes the bodies out of those functions of a package that no rule looks into, so that they need not be
// type-checked: those without a site, in files without calls by hand, that finding a context cannot lead to (see
// [typedPackage.finders]).
func (l *linting) spareBodies(p *loaded, files []*ast.File) {
	kept := map[*ast.FuncDecl]bool{}
	byName := map[string][]*ast.FuncDecl{}
	for i, file := range files {
		c := l.files[p.GoFiles[i]]
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			byName[fn.Name.Name] = append(byName[fn.Name.Name], fn)
			kept[fn] = c != nil && c.found != nil && (holdsSite(c.found, fn) || l.calling[p.Dir])
		}
	}
	keepReachable(byName, kept)
	for _, fns := range byName {
		for _, fn := range fns {
			if !kept[fn] {
				fn.Body = endless(fn.Body)
			}
		}
	}
}

// endless returns a body that stands in for another, whatever the function returns.
func endless(body *ast.BlockStmt) *ast.BlockStmt {
	forever := &ast.ForStmt{For: body.Lbrace, Body: &ast.BlockStmt{Lbrace: body.Lbrace, Rbrace: body.Lbrace}}
	return &ast.BlockStmt{Lbrace: body.Lbrace, List: []ast.Stmt{forever}, Rbrace: body.Rbrace}
}

func holdsSite(found *scopes.Result, fn *ast.FuncDecl) bool {
	for _, s := range found.Sites {
		if s.Func == fn {
			return true
		}
	}
	return false
}

// keepReachable keeps the functions that may be called to find a context, going by names alone.
func keepReachable(byName map[string][]*ast.FuncDecl, kept map[*ast.FuncDecl]bool) {
	seen := map[string]bool{}
	var pending []string
	for name := range contextMethods {
		pending = append(pending, name)
	}
	for len(pending) > 0 {
		name := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, fn := range byName[name] {
			kept[fn] = true
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && byName[id.Name] != nil {
					pending = append(pending, id.Name)
				}
				return true
			})
		}
	}
}
