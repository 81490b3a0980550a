package calls

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/teleinstr/teleinstr/scopes"
)

// statements checks what becomes of the scopes that the statements of a block start, in the function with the given body.
func (c *checker) statements(list []ast.Stmt, body *ast.BlockStmt) {
	for i, s := range list {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if len(s.Rhs) == 1 && len(s.Lhs) > 0 {
				c.started(&start{tok: s.Tok, names: s.Lhs, value: s.Rhs[0], behind: list[i+1:], body: body})
			}
		case *ast.DeclStmt:
			for _, spec := range valueSpecs(s) {
				if len(spec.Values) == 1 {
					c.started(&start{tok: token.DEFINE, names: expressions(spec.Names), value: spec.Values[0], behind: list[i+1:], body: body})
				}
			}
		case *ast.ExprStmt:
			c.dropped(s.X, "")
		case *ast.DeferStmt:
			c.dropped(s.Call, "defer")
		case *ast.GoStmt:
			c.dropped(s.Call, "go")
		}
	}
}

func valueSpecs(s *ast.DeclStmt) (specs []*ast.ValueSpec) {
	if d, ok := s.Decl.(*ast.GenDecl); ok {
		for _, spec := range d.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				specs = append(specs, v)
			}
		}
	}
	return specs
}

func expressions(ids []*ast.Ident) (list []ast.Expr) {
	for _, id := range ids {
		list = append(list, id)
	}
	return list
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

// dropped reports a call whose results nobody takes, so that the scope cannot be ended; keyword is what stands before it.
func (c *checker) dropped(e ast.Expr, keyword string) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return
	}
	fn := c.function(call)
	switch {
	case starts(fn):
		c.unended(fn, call.Pos())
	case isTimer(fn) && keyword == "defer":
		d := c.report(scopes.RuleUnended, call.Pos(), subject(fn), "the scope starts when the function returns, and never ends; write defer tele.Time(…)()")
		c.fix(d, call.End(), call.End(), "()", "call what Time returns")
	case isTimer(fn):
		c.report(scopes.RuleUnended, call.Pos(), subject(fn), "the scope is never ended, and so never reported; write defer tele.Time(…)()")
	}
}

func (c *checker) unended(fn *types.Func, pos token.Pos) {
	c.report(scopes.RuleUnended, pos, subject(fn), "the scope is never ended, and so never reported; defer its End")
}

// A start is a statement that may start a scope: ctx, scope := tele.Start(ctx, …).
type start struct {
	tok    token.Token
	names  []ast.Expr
	value  ast.Expr
	behind []ast.Stmt // in the same block
	body   *ast.BlockStmt
}

func (c *checker) started(s *start) {
	call, ok := ast.Unparen(s.value).(*ast.CallExpr)
	if !ok {
		return
	}
	fn := c.function(call)
	if isTimer(fn) && isBlank(s.names[0]) {
		c.dropped(call, "")
	}
	if !starts(fn) || len(s.names) != 2 {
		return
	}
	scope, ok := s.names[1].(*ast.Ident)
	if !ok {
		return
	}
	v := c.Info.ObjectOf(scope)
	if isBlank(scope) || s.tok == token.DEFINE && v != nil && !c.isEnded(v, s.body) {
		c.unended(fn, scope.Pos())
		return
	}
	inside := s.behind[:c.lasts(s.behind, v)]
	if isBlank(s.names[0]) {
		c.contextDropped(fn, call, s, inside)
	}
	if !IsFresh(c.Info, call.Args[0]) {
		c.contextFresh(fn, inside)
	}
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// isEnded reports whether a scope is ended somewhere in a function, or handed to something that may.
func (c *checker) isEnded(v types.Object, body *ast.BlockStmt) bool {
	inert := map[*ast.Ident]bool{} // where the variable is mentioned to no effect
	note := func(e ast.Expr) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok {
			inert[id] = true
		}
	}
	ended := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel.Name == "Context" {
				note(n.X)
			}
		case *ast.BinaryExpr:
			note(n.X)
			note(n.Y)
		case *ast.AssignStmt:
			for i, rhs := range n.Rhs {
				if len(n.Lhs) == len(n.Rhs) && isBlank(n.Lhs[i]) {
					note(rhs)
				}
			}
		case *ast.Ident:
			ended = ended || c.Info.Uses[n] == v && !inert[n]
		}
		return !ended
	})
	return ended
}

// lasts returns how many of the statements behind a start the scope lasts for certain: up to the first that mentions it, unless that is
// deferred, asks it for its context, or leaves the block thereafter.
func (c *checker) lasts(behind []ast.Stmt, v types.Object) int {
	for i, s := range behind {
		if _, deferred := s.(*ast.DeferStmt); !deferred && c.mayEnd(s, v) {
			return i
		}
	}
	return len(behind)
}

func (c *checker) mayEnd(s ast.Stmt, v types.Object) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			return !leaves(n.List)
		case *ast.CaseClause:
			return !leaves(n.Body)
		case *ast.CommClause:
			return !leaves(n.Body)
		case *ast.DeferStmt:
			return false
		case *ast.SelectorExpr:
			if n.Sel.Name == "Context" && c.isVariable(n.X, v) {
				return false
			}
		case *ast.Ident:
			found = found || c.Info.Uses[n] == v
		}
		return !found
	})
	return found
}

// leaves reports whether the statements of a block end in one that leaves it for good.
func leaves(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := call.Fun.(*ast.Ident)
		return ok && id.Name == "panic"
	}
	return false
}

func (c *checker) isVariable(e ast.Expr, v types.Object) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && v != nil && c.Info.Uses[id] == v
}
