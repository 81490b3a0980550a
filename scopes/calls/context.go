package calls

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/teleinstr/teleinstr/scopes"
)

// contextDropped reports a scope whose context is dropped while the one around it is handed to other calls inside.
func (c *checker) contextDropped(fn *types.Func, call *ast.CallExpr, s *start, inside []ast.Stmt) {
	outer, ok := call.Args[0].(*ast.Ident)
	if !ok {
		return
	}
	v, ok := c.Info.Uses[outer].(*types.Var)
	if !ok || v.Kind() == types.ResultVar || !IsContext(v.Type()) {
		return
	}
	passed, asks := c.handedTo(v, inside)
	if passed == nil || asks {
		return
	}
	d := c.report(scopes.RuleContextDropped, s.names[0].Pos(), subject(fn), fmt.Sprintf(
		"the context of the scope is dropped, so that what %s records does not nest in it; assign it to %s, or pass scope.Context(%[2]s)", types.ExprString(passed.Fun), outer.Name))
	if s.tok == token.DEFINE && !c.declaresAgain(outer.Name, s) && !c.captured(v, s.body) {
		c.fix(d, s.names[0].Pos(), s.names[0].End(), outer.Name, "assign the context to "+outer.Name)
	}
}

// handedTo returns the first call in statements that a context is handed to, and that may record something, until the
// variable is set to another. It asks, if a method Context is called, for which a scope may give another one.
func (c *checker) handedTo(v *types.Var, inside []ast.Stmt) (passed *ast.CallExpr, asks bool) {
	for _, s := range inside {
		set := false
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false // it may run when the scope is over
			case *ast.AssignStmt:
				for _, lhs := range n.Lhs {
					set = set || c.isVariable(lhs, v)
				}
			case *ast.CallExpr:
				if fun, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && fun.Sel.Name == "Context" && len(n.Args) == 1 && c.isVariable(n.Args[0], v) {
					asks = true
				}
				if passed == nil && !set && c.mayRecord(n) {
					for _, arg := range n.Args {
						if c.isVariable(arg, v) {
							passed = n
						}
					}
				}
			}
			return true
		})
		if set {
			break
		}
	}
	return passed, asks
}

// mayRecord reports whether what is called may record something of its own: not the standard library, and not the runtime
// package, whose calls say themselves where they belong.
func (c *checker) mayRecord(call *ast.CallExpr) bool {
	if c.Info.Types[call.Fun].IsType() {
		return false
	}
	fn, ok := typeutil.Callee(c.Info, call).(*types.Func)
	if !ok || fn.Pkg() == nil {
		return true
	}
	path := fn.Pkg().Path()
	return path != RuntimePath && (fn.Pkg() == c.Types || !isStandard(path))
}

// isStandard reports whether a package is one of those of the standard library that take contexts.
func isStandard(path string) bool {
	switch first, _, _ := strings.Cut(path, "/"); first {
	case "context", "database", "log", "net", "os", "runtime", "testing", "crypto":
		return true
	}
	return false
}

// declaresAgain reports whether the block that a scope starts in declares the name again further down.
func (c *checker) declaresAgain(name string, s *start) bool {
	for _, stmt := range s.behind {
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			for _, lhs := range stmt.Lhs {
				if id, ok := lhs.(*ast.Ident); ok && stmt.Tok == token.DEFINE && id.Name == name {
					return true
				}
			}
		case *ast.DeclStmt:
			for _, spec := range valueSpecs(stmt) {
				for _, id := range spec.Names {
					if id.Name == name {
						return true
					}
				}
			}
		}
	}
	return false
}

// captured reports whether a function literal mentions a variable: it would see the new context too.
func (c *checker) captured(v *types.Var, body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			ast.Inspect(lit.Body, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				found = found || ok && c.Info.Uses[id] == v
				return !found
			})
			return false
		}
		return !found
	})
	return found
}

// IsContext reports whether t is context.Context, under whatever name.
func IsContext(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Context" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "context"
}

// contextFresh reports the contexts that start anew inside a scope.
func (c *checker) contextFresh(fn *types.Func, inside []ast.Stmt) {
	for _, s := range inside {
		for _, arg := range FreshContexts(c.Info, s, s.Pos(), s.End()) {
			c.report(scopes.RuleContextFresh, arg.Pos(), subject(fn), FreshMessage(arg))
		}
	}
}

// FreshContexts returns the arguments of calls between two positions that are contexts which start anew.
func FreshContexts(info *types.Info, root ast.Node, from, to token.Pos) []ast.Expr {
	var fresh []ast.Expr
	ast.Inspect(root, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			for _, arg := range call.Args {
				if from <= arg.Pos() && arg.Pos() < to && IsFresh(info, arg) {
					fresh = append(fresh, arg)
				}
			}
		}
		return true
	})
	return fresh
}

// IsFresh reports whether an expression is a call of context.Background or context.TODO.
func IsFresh(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn, ok := typeutil.Callee(info, call).(*types.Func)
	return ok && fn.Pkg() != nil && fn.Pkg().Path() == "context" && (fn.Name() == "Background" || fn.Name() == "TODO")
}

// FreshMessage returns the message for a context that starts anew.
func FreshMessage(e ast.Expr) string {
	return types.ExprString(e) + " starts anew, so that what is called with it does not nest; pass the context of the scope, by context.WithoutCancel if it is to live longer"
}
