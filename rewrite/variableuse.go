package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A variableUse is what code does with a variable that holds a context, or something that carries one.
type variableUse struct {
	info     *types.Info
	v        types.Object
	used     bool
	captured bool // by a function literal
	set      bool
	// identity is how the code looks at which value it is, or keeps it for others to look at; empty if it
	// only passes it to calls.
	identity string
}

func (u *variableUse) walk(root ast.Node, inLiteral bool) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if !inLiteral {
				u.walk(n.Body, true)
				return false
			}
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				u.note("compared", n.X, n.Y)
			}
		case *ast.SwitchStmt:
			u.note("compared", n.Tag)
		case *ast.TypeAssertExpr:
			u.note("asserted", n.X)
		case *ast.AssignStmt:
			u.set = u.set || slices.ContainsFunc(n.Lhs, u.isName)
			for i, rhs := range n.Rhs {
				if !u.isNamesake(n, i) {
					u.note("stored", rhs)
				}
			}
		case *ast.ValueSpec:
			u.note("stored", n.Values...)
		case *ast.CaseClause:
			u.note("compared", n.List...)
		case *ast.IndexExpr:
			u.note("compared", n.Index)
		case *ast.CallExpr:
			if u.info.Types[n.Fun].IsBuiltin() {
				u.note("stored", n.Args...)
			}
		case *ast.UnaryExpr:
			u.set = u.set || n.Op == token.AND && u.isName(n.X)
		case *ast.RangeStmt:
			if !inLiteral && isFunction(u.info.TypeOf(n.X)) { // its body is a function that the compiler makes
				u.walk(n.X, false)
				u.walk(n.Body, true)
				return false
			}
			u.set = u.set || n.Tok == token.ASSIGN && (u.isName(n.Key) || u.isName(n.Value))
		case *ast.CompositeLit:
			u.note("stored", n.Elts...)
		case *ast.KeyValueExpr:
			u.note("stored", n.Value)
		case *ast.SendStmt:
			u.note("sent", n.Value)
		case *ast.ReturnStmt:
			u.note("returned", n.Results...)
		case *ast.Ident:
			if u.isName(n) {
				u.used = true
				u.captured = u.captured || inLiteral
			}
		}
		return true
	})
}

// note notes what is done with the variable, if it is one of the expressions.
func (u *variableUse) note(what string, exprs ...ast.Expr) {
	if u.identity == "" && slices.ContainsFunc(exprs, u.is) {
		u.identity = "it is " + what
	}
}

// isNamesake reports whether the i-th variable that a statement declares has the name of the one looked at,
// as in ctx := ctx.
func (u *variableUse) isNamesake(s *ast.AssignStmt, i int) bool {
	if s.Tok != token.DEFINE || i >= len(s.Lhs) {
		return false
	}
	id, ok := s.Lhs[i].(*ast.Ident)
	return ok && id.Name == u.v.Name()
}

// is reports whether an expression is the variable, possibly converted to another type.
func (u *variableUse) is(e ast.Expr) bool {
	if c, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(c.Args) == 1 && u.info.Types[c.Fun].IsType() {
		return u.is(c.Args[0])
	}
	return u.isName(e)
}

func (u *variableUse) isName(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && u.info.Uses[id] == u.v
}

// setInLiteral reports whether a function literal sets the variable.
func setInLiteral(root ast.Node, info *types.Info, obj types.Object) bool {
	found := false
	ast.Inspect(root, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && assignedIn(lit.Body, info)[obj] {
			found = true
		}
		return !found
	})
	return found
}

// assignedIn returns the variables that a declaration sets, or takes the address of, after they are
// declared.
func assignedIn(root ast.Node, info *types.Info) map[types.Object]bool {
	assigned := map[types.Object]bool{}
	set := func(e ast.Expr) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok && info.Uses[id] != nil {
			assigned[info.Uses[id]] = true
		}
	}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				set(lhs)
			}
		case *ast.IncDecStmt:
			set(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				set(n.X)
			}
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				set(n.Key)
				set(n.Value)
			}
		}
		return true
	})
	return assigned
}
