package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// isContext reports whether t is context.Context, under whatever name.
func isContext(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return false
	}
	obj := named.Obj()
	return obj.Name() == "Context" && obj.Pkg() != nil && obj.Pkg().Path() == "context"
}

// A handover says how calls further down in a function come to the new context.
type handover int

const (
	// keep: they do not, for the function does not pass its context on, or looks at its identity.
	keep handover = iota
	// assign: the variable is set to the new context.
	assign
	// replace: the parameter is renamed, and a variable of its name is declared. Setting a parameter that
	// a closure captures would make the compiler move it to the heap, telemetry on or off.
	replace
)

// A contextParam is the parameter of type context.Context that a scope nests under.
type contextParam struct {
	field    *ast.Field
	id       *ast.Ident // nil if the parameters have no names
	name     string     // by which generated code reaches it
	handover handover
}

// contextParam returns the parameter that the function's scopes nest under, or nil.
func (fn *function) contextParam() *contextParam {
	field := firstContext(fn.decl, func(t ast.Expr) bool { return isContext(fn.pkg.Info.TypeOf(t)) })
	if field == nil {
		return nil
	}
	c := &contextParam{field: field}
	if len(field.Names) > 0 {
		c.id = field.Names[0]
		c.name = c.id.Name
		c.handover = fn.handover(c.id)
	}
	return c
}

// firstContext returns the first parameter whose type is a context.
func firstContext(fn *ast.FuncDecl, isContext func(ast.Expr) bool) *ast.Field {
	for _, field := range fn.Type.Params.List {
		if isContext(field.Type) {
			return field
		}
	}
	return nil
}

// contextNames returns how context.Context may be written in a file, going by its imports alone.
func contextNames(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, spec := range file.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err != nil || path != "context" {
			continue
		}
		switch {
		case spec.Name == nil:
			names["context.Context"] = true
		case spec.Name.Name == ".":
			names["Context"] = true
		default:
			names[spec.Name.Name+".Context"] = true
		}
	}
	return names
}

// contextOrigin describes the parameter for people; nil stands for none.
func contextOrigin(field *ast.Field) string {
	switch {
	case field == nil:
		return "none"
	case len(field.Names) == 0:
		return "parameter without a name"
	default:
		return "parameter " + field.Names[0].Name
	}
}

// handover looks at what the body does with its context.
func (fn *function) handover(id *ast.Ident) handover {
	v := fn.pkg.Info.Defs[id]
	if v == nil || id.Name == "_" {
		return keep
	}
	u := contextUse{info: fn.pkg.Info, v: v}
	u.walk(fn.decl.Body, false)
	switch {
	case !u.used || u.identity != "":
		return keep
	case u.captured && !fn.assigned[v]:
		return replace
	default:
		return assign
	}
}

// A contextUse is what a function body does with a context.
type contextUse struct {
	info     *types.Info
	v        types.Object
	used     bool
	captured bool // by a function literal
	// identity is how the function looks at which context it has, or keeps it for others to look at; empty
	// if it only passes it to calls.
	identity string
}

func (u *contextUse) walk(root ast.Node, inLiteral bool) {
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
			if !allIdents(n.Lhs) {
				u.note("stored", n.Rhs...)
			}
		case *ast.CompositeLit:
			u.note("stored", n.Elts...)
		case *ast.KeyValueExpr:
			u.note("stored", n.Value)
		case *ast.SendStmt:
			u.note("sent", n.Value)
		case *ast.ReturnStmt:
			u.note("returned", n.Results...)
		case *ast.Ident:
			if u.is(n) {
				u.used = true
				u.captured = u.captured || inLiteral
			}
		}
		return true
	})
}

// note notes what is done with the context, if it is one of the expressions.
func (u *contextUse) note(what string, exprs ...ast.Expr) {
	if u.identity == "" && slices.ContainsFunc(exprs, u.is) {
		u.identity = what
	}
}

func allIdents(exprs []ast.Expr) bool {
	return !slices.ContainsFunc(exprs, func(e ast.Expr) bool {
		_, ok := ast.Unparen(e).(*ast.Ident)
		return !ok
	})
}

func (u *contextUse) is(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && u.info.Uses[id] == u.v
}

// assignedIn returns the variables that a body sets, or takes the address of, after their declaration.
func assignedIn(body *ast.BlockStmt, info *types.Info) map[types.Object]bool {
	assigned := map[types.Object]bool{}
	set := func(e ast.Expr) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok && info.Uses[id] != nil {
			assigned[info.Uses[id]] = true
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
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
