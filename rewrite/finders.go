package rewrite

import (
	"go/ast"
	"go/types"
)

// contextMethods are what a look-up of a scope in a context may call: the methods of context.Context, and
// Context itself.
var contextMethods = map[string]bool{"Context": true, "Value": true, "Deadline": true, "Done": true, "Err": true}

// finders returns the functions of the package that finding a context may call: the methods Context and
// those of context.Context of its types, and all that these mention, directly or not. Were one of them to
// look for a context in turn, that could go on without end.
func (p *typedPackage) finders() map[*types.Func]bool {
	if p.reached != nil {
		return p.reached
	}
	p.reached = map[*types.Func]bool{}
	bodies := map[*types.Func]*ast.BlockStmt{}
	var pending []*types.Func
	for _, file := range p.Syntax {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			f, ok := p.Info.Defs[fn.Name].(*types.Func)
			if !ok {
				continue
			}
			bodies[f] = fn.Body
			if fn.Recv != nil && contextMethods[f.Name()] && p.isCarrier(f.Signature().Recv().Type()) {
				pending = append(pending, f)
			}
		}
	}
	for len(pending) > 0 {
		f := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if p.reached[f] || bodies[f] == nil {
			continue
		}
		p.reached[f] = true
		ast.Inspect(bodies[f], func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if used, ok := p.Info.Uses[id].(*types.Func); ok {
					pending = append(pending, used.Origin())
				}
			}
			return true
		})
	}
	return p.reached
}

// findsContext reports whether finding a context may call the declaration that a function belongs to.
func (fn *function) findsContext() bool {
	decl, ok := fn.root.(*ast.FuncDecl)
	if !ok {
		return false
	}
	f, ok := fn.pkg.Info.Defs[decl.Name].(*types.Func)
	return ok && fn.pkg.finders()[f]
}
