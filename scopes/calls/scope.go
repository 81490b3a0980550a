package calls

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/teleinstr/teleinstr/scopes"
)

// body checks what becomes of the scopes that a function starts; function literals in it are functions of their own.
func (c *checker) body(body *ast.BlockStmt) {
	if body == nil {
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.AssignStmt:
			c.assignment(n, body)
		case *ast.ExprStmt:
			if call, ok := ast.Unparen(n.X).(*ast.CallExpr); ok {
				c.dropped(call)
			}
		case *ast.DeferStmt:
			c.unfinished(n.Call, "defer")
		}
		return true
	})
}

// starts reports whether a function of the runtime package starts a scope, and returns it behind its context.
func starts(fn *types.Func) bool {
	if fn == nil || fn.Signature().Results().Len() != 2 {
		return false
	}
	scope, ok := fn.Signature().Results().At(1).Type().(*types.Named)
	return ok && scope.Obj().Name() == "Scope"
}

// isTimer reports whether a function starts a scope and returns the function that ends it.
func isTimer(fn *types.Func) bool { return fn != nil && fn.Name() == "Time" }

// dropped reports a call whose results nobody takes, so that the scope cannot be ended.
func (c *checker) dropped(call *ast.CallExpr) {
	if fn := c.function(call); starts(fn) {
		c.unended(fn, call.Pos())
		return
	}
	c.unfinished(call, "")
}

func (c *checker) unended(fn *types.Func, pos token.Pos) {
	c.report(scopes.RuleUnended, pos, subject(fn), "the scope is never ended, and so never reported; defer its End")
}

// unfinished reports tele.Time(…) where the function that it returns is not called: tele.Time(…)() is meant, deferred.
func (c *checker) unfinished(call *ast.CallExpr, keyword string) {
	fn := c.function(call)
	if !isTimer(fn) {
		return
	}
	if keyword == "" {
		c.report(scopes.RuleUnended, call.Pos(), subject(fn), "the scope is never ended, and so never reported; write defer tele.Time(…)()")
		return
	}
	d := c.report(scopes.RuleUnended, call.Pos(), subject(fn), "the scope starts when the function returns, and never ends; write defer tele.Time(…)()")
	c.fix(d, call.End(), call.End(), "()", "call what Time returns")
}

// assignment checks a scope that is started in an assignment: ctx, scope := tele.Start(ctx, …).
func (c *checker) assignment(assign *ast.AssignStmt, body *ast.BlockStmt) {
	if len(assign.Rhs) != 1 {
		return
	}
	call, ok := ast.Unparen(assign.Rhs[0]).(*ast.CallExpr)
	if !ok {
		return
	}
	fn := c.function(call)
	switch {
	case isTimer(fn) && isBlank(assign.Lhs[0]):
		c.unfinished(call, "")
	case starts(fn) && len(assign.Lhs) == 2:
		if scope, ok := assign.Lhs[1].(*ast.Ident); ok {
			c.started(fn, call, assign, scope, body)
		}
	}
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

func (c *checker) started(fn *types.Func, call *ast.CallExpr, assign *ast.AssignStmt, scope *ast.Ident, body *ast.BlockStmt) {
	v := c.Info.ObjectOf(scope)
	uses := scopeUses{end: body.End()}
	if isBlank(scope) || assign.Tok == token.DEFINE && v != nil {
		uses = c.scopeUses(v, body, assign.End())
		if !uses.ended {
			c.unended(fn, scope.Pos())
		}
	}
	if !uses.context && !uses.handed && isBlank(assign.Lhs[0]) && !isBlank(scope) {
		c.contextDropped(fn, call, assign, body, uses.end)
	}
	if !IsFresh(c.Info, call.Args[0]) {
		c.contextFresh(fn, call, assign, body, uses.end)
	}
}

// scopeUses are what code does with a scope.
type scopeUses struct {
	ended   bool      // by a method, or by what it may have been handed to
	context bool      // its method Context is called
	handed  bool      // to something else
	end     token.Pos // of the statement that ends it, unless that is deferred
}

// scopeUses returns what a function does with a scope that starts before from.
func (c *checker) scopeUses(v types.Object, body *ast.BlockStmt, from token.Pos) scopeUses {
	u := scopeUses{end: body.End()}
	methods := map[*ast.Ident]string{} // of the variable, where it is mentioned
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				methods[x] = n.Sel.Name
			}
		case *ast.ExprStmt:
			if n.Pos() > from && c.isMethodOf(n.X, v) {
				u.end = min(u.end, n.Pos())
			}
		case *ast.Ident:
			if v == nil || c.Info.Uses[n] != v {
				break
			}
			method := methods[n]
			u.context = u.context || method == "Context"
			u.handed = u.handed || method == ""
			u.ended = u.ended || method != "Context"
		}
		return true
	})
	return u
}

// isMethodOf reports whether an expression calls a method of the variable.
func (c *checker) isMethodOf(e ast.Expr, v types.Object) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	method, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := method.X.(*ast.Ident)
	return ok && c.Info.Uses[x] == v
}
