package calls

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/teleinstr/teleinstr/scopes"
)

// contextDropped reports a scope whose context is dropped while the one around it is handed to other calls, up to end.
func (c *checker) contextDropped(fn *types.Func, start *ast.CallExpr, assign *ast.AssignStmt, body *ast.BlockStmt, end token.Pos) {
	outer, ok := start.Args[0].(*ast.Ident)
	if !ok {
		return
	}
	v := c.Info.Uses[outer]
	reported := false
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || reported || call.Pos() < assign.End() || end <= call.Pos() {
			return !reported
		}
		for _, arg := range call.Args {
			if id, ok := arg.(*ast.Ident); ok && c.Info.Uses[id] == v {
				reported = true
				d := c.report(scopes.RuleContextDropped, assign.Lhs[0].Pos(), subject(fn), fmt.Sprintf(
					"the context of the scope is dropped, so that what %s records does not nest in it; assign it to %s, or pass scope.Context(%[2]s)", types.ExprString(call.Fun), outer.Name))
				if assign.Tok == token.DEFINE {
					c.fix(d, assign.Lhs[0].Pos(), assign.Lhs[0].End(), outer.Name, "assign the context to "+outer.Name)
				}
				break
			}
		}
		return !reported
	})
}

// contextFresh reports the contexts that start anew behind the start of a scope, up to end.
func (c *checker) contextFresh(fn *types.Func, start *ast.CallExpr, assign *ast.AssignStmt, body *ast.BlockStmt, end token.Pos) {
	for _, arg := range FreshContexts(c.Info, body, assign.End(), end) {
		c.report(scopes.RuleContextFresh, arg.Pos(), subject(fn), FreshMessage(arg))
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
