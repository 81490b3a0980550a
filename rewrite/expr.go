package rewrite

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"

	"github.com/teleinstr/teleinstr/scopes"
)

// An expr is an expression of a directive, type-checked where it stands.
type expr struct {
	scopes.Expr
	tree ast.Expr
	info *types.Info
	tv   types.TypeAndValue
	// onReturn says that a result parameter is named, so that the value is known only when the function
	// returns.
	onReturn bool
}

// checkExpr type-checks an expression where the site is. It returns nil, and leaves a diagnostic, where that
// fails.
func (st *site) checkExpr(d *scopes.Directive, key string, e scopes.Expr) *expr {
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	tree, err := e.Parse()
	if err != nil {
		panic("rewrite: expression was not checked: " + err.Error())
	}
	if err := types.CheckExpr(st.fn.pkg.Fset, st.fn.pkg.Types, st.pos, tree, info); err != nil {
		at, message := e.Pos, err.Error()
		var typeErr types.Error
		if errors.As(err, &typeErr) {
			message = typeErr.Msg
			if e.Pos <= typeErr.Pos && typeErr.Pos <= e.Pos+token.Pos(len(e.Text)) {
				at = typeErr.Pos
			}
		}
		st.refuse(scopes.RuleExpression, at, d.Subject(), "%s=%s: %s", key, e.Text, message)
		return nil
	}
	x := &expr{Expr: e, tree: tree, info: info, tv: info.Types[tree]}
	if problem := x.problem(); problem != "" {
		st.refuse(scopes.RuleExpression, e.Pos, d.Subject(), "%s=%s: %s", key, e.Text, problem)
		return nil
	}
	for _, obj := range info.Uses {
		x.onReturn = x.onReturn || st.fn.isResult(obj)
	}
	return x
}

// problem says why an expression that type-checks is no value all the same.
func (x *expr) problem() string {
	recovers := false
	for id, obj := range x.info.Uses {
		recovers = recovers || id.Name == "recover" && obj == types.Universe.Lookup("recover")
	}
	usesC := false
	for _, obj := range x.info.Uses {
		imported, ok := obj.(*types.PkgName)
		usesC = usesC || ok && imported.Imported().Path() == "C"
	}
	switch {
	case usesC:
		return "names of C cannot be type-checked in a directive; put the value into a variable"
	case recovers:
		return "recover would end a panic that is not the directive's; take it out"
	case x.tv.IsType():
		return "is a type; write a value"
	case x.tv.IsBuiltin():
		return "is a built-in function; call it"
	case !x.tv.IsValue():
		return "has no value; write an expression with one"
	}
	if tuple, ok := x.tv.Type.(*types.Tuple); ok {
		return "has " + tuple.String() + " for a value; write an expression with one value"
	}
	return ""
}

// constructors are the attribute constructors of the runtime package for the types it has one for; what
// is not listed goes through Any.
var constructors = map[types.BasicKind]string{
	types.String: "String", types.UntypedString: "String",
	types.Bool: "Bool", types.UntypedBool: "Bool",
	types.Int: "Int", types.UntypedInt: "Int",
	types.Int64:   "Int64",
	types.Uint64:  "Uint64",
	types.Float64: "Float64", types.UntypedFloat: "Float64",
}

// constructor returns the attribute constructor for the expression's type.
func (x *expr) constructor() string {
	switch t := types.Unalias(x.tv.Type).(type) {
	case *types.Basic:
		if t.Kind() == types.UntypedInt && x.tv.Value != nil {
			return intConstructor(x.tv.Value)
		}
		if c := constructors[t.Kind()]; c != "" {
			return c
		}
	case *types.Named:
		switch isIn := t.Obj().Pkg() != nil && t.Obj().Pkg().Path() == "time"; {
		case isIn && t.Obj().Name() == "Duration":
			return "Duration"
		case isIn && t.Obj().Name() == "Time":
			return "Timestamp"
		}
	}
	return "Any"
}

// intConstructor returns the constructor for a constant, on machines of any size.
func intConstructor(v constant.Value) string {
	n, fits := constant.Int64Val(constant.ToInt(v))
	switch {
	case !fits:
		return "Uint64"
	case n != int64(int32(n)):
		return "Int64"
	default:
		return "Int"
	}
}

// overflow says why a constant cannot be recorded by a directive of the given verb; empty if it can.
func (x *expr) overflow(v scopes.Verb) string {
	basic, _ := x.tv.Type.Underlying().(*types.Basic)
	if x.tv.Value == nil || basic == nil {
		return ""
	}
	switch i := constant.ToInt(x.tv.Value); {
	case v == scopes.Count && i.Kind() == constant.Int:
		if _, fits := constant.Int64Val(i); !fits {
			return "overflows int64; write a smaller number"
		}
	case v == scopes.Gauge || basic.Kind() == types.UntypedFloat:
		if f, _ := constant.Float64Val(constant.ToFloat(x.tv.Value)); math.IsInf(f, 0) {
			return "overflows float64; write a smaller number"
		}
	case basic.Kind() == types.UntypedInt:
		_, fits := constant.Int64Val(i)
		if _, fitsUnsigned := constant.Uint64Val(i); !fits && !fitsUnsigned {
			return "overflows int64 and uint64; write a smaller number"
		}
	}
	return ""
}

// isNumber reports whether the expression is a number of the kind that info asks for.
func (x *expr) isNumber(info types.BasicInfo) bool { return isNumber(x.tv.Type, info) }

func isNumber(t types.Type, info types.BasicInfo) bool {
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return allTerms(p.Constraint(), func(t types.Type) bool { return isNumber(t, info) })
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&info != 0
}

// allTerms reports whether a constraint lists types, and all that it lists are accepted.
func allTerms(constraint types.Type, accept func(types.Type) bool) bool {
	i, ok := constraint.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for embedded := range i.EmbeddedTypes() {
		switch e := types.Unalias(embedded).(type) {
		case *types.Union:
			for term := range e.Terms() {
				if _, nested := term.Type().Underlying().(*types.Interface); nested && !allTerms(term.Type(), accept) || !nested && !accept(term.Type()) {
					return false
				}
			}
			return true
		default:
			if _, nested := e.Underlying().(*types.Interface); nested && allTerms(e, accept) || !nested && accept(e) {
				return true
			}
		}
	}
	return false
}

// mayPanic reports whether evaluating the expression can panic, as far as its form tells.
func (x *expr) mayPanic() bool { return !x.isSafe(x.tree) }

func (x *expr) isSafe(e ast.Expr) bool {
	if x.info.Types[e].Value != nil {
		return true
	}
	switch e := e.(type) {
	case *ast.Ident, *ast.BasicLit, *ast.FuncLit:
		return true
	case *ast.ParenExpr:
		return x.isSafe(e.X)
	case *ast.SelectorExpr:
		sel := x.info.Selections[e]
		if sel == nil {
			return true // a package's member
		}
		return sel.Kind() == types.FieldVal && !sel.Indirect() && x.isSafe(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.ARROW && x.isSafe(e.X)
	case *ast.BinaryExpr:
		return x.isSafeBinary(e) && x.isSafe(e.X) && x.isSafe(e.Y)
	case *ast.CallExpr:
		return x.isSafeCall(e)
	default:
		return false
	}
}

func (x *expr) isSafeBinary(e *ast.BinaryExpr) bool {
	switch e.Op {
	case token.QUO, token.REM, token.SHL, token.SHR:
		// A constant divisor of zero and a negative constant shift do not compile.
		return x.info.Types[e.Y].Value != nil
	case token.EQL, token.NEQ:
		_, basic := x.info.Types[e.X].Type.Underlying().(*types.Basic)
		_, pointer := x.info.Types[e.X].Type.Underlying().(*types.Pointer)
		return basic || pointer
	default:
		return true
	}
}

// isSafeCall accepts len and cap, and conversions between basic types.
func (x *expr) isSafeCall(e *ast.CallExpr) bool {
	fun := x.info.Types[e.Fun]
	if len(e.Args) != 1 || !x.isSafe(e.Args[0]) {
		return false
	}
	if fun.IsBuiltin() {
		id, ok := ast.Unparen(e.Fun).(*ast.Ident)
		return ok && (id.Name == "len" || id.Name == "cap")
	}
	if !fun.IsType() {
		return false
	}
	_, from := x.info.Types[e.Args[0]].Type.Underlying().(*types.Basic)
	_, to := fun.Type.Underlying().(*types.Basic)
	return from && to
}
