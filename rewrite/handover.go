package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A handover says how the code further down comes to the new context.
type handover int

const (
	// keep: it does not, for it does not pass its context on, or looks at its identity.
	keep handover = iota
	// assign: the variable is set to the new context.
	assign
	// replace: the parameter is renamed, and a variable of its name is declared. Setting a parameter that
	// a closure captures would make the compiler move it to the heap, telemetry on or off.
	replace
	// shadow: a variable of the same name is declared, in a block further in.
	shadow
)

// handover decides how the code that the site covers comes to a new value of a variable; where it had
// better not, it says why.
func (st *site) handover(v *variable) (handover, string) {
	fn, obj := st.fn, v.obj
	if !st.hasScope {
		return keep, ""
	}
	needed := st.isNeeded(v)
	if !v.isNamed() {
		switch {
		case !needed:
			return keep, ""
		case fn.captures:
			return replace, ""
		default:
			return assign, ""
		}
	}
	u := variableUse{info: fn.pkg.Info, v: obj, used: needed}
	if obj.Parent() == st.blockScope() {
		u.walk(fn.body, false)
		if !u.used || u.identity != "" {
			return keep, u.identity
		}
		return st.handoverHere(obj, &u)
	}
	for _, s := range st.block.rest {
		u.walk(s, false)
	}
	switch {
	case !u.used || u.identity != "":
		return keep, u.identity
	case u.set:
		return keep, "it is set in the block"
	case fn.assigned[obj] && (u.captured || st.reachesIntoFunctions() || setInLiteral(fn.root, fn.pkg.Info, obj)):
		return keep, "it is set elsewhere while a closure has it"
	case st.redeclared(obj, u.captured):
		return keep, "the block declares another variable of that name"
	case st.block.jumpsOver(fn.body, labelsIn(fn.body)):
		return keep, "a goto leads past the directive"
	}
	if first := fn.shadows[shadowed{st.block.node, obj}]; first != nil {
		return st.handoverAgain(obj, first)
	}
	fn.shadows[shadowed{st.block.node, obj}] = st
	return shadow, ""
}

// A shadowed variable has a namesake in a block.
type shadowed struct {
	block ast.Node
	obj   types.Object
}

// handoverAgain decides for a variable that a site further up in the same block has declared a namesake of.
func (st *site) handoverAgain(obj types.Object, first *site) (handover, string) {
	u := variableUse{info: st.fn.pkg.Info, v: obj}
	for _, s := range first.block.rest {
		u.walk(s, false)
	}
	switch {
	case u.captured || first.reachesIntoFunctions():
		return keep, "a closure captures it"
	case st.jumpsBack():
		return keep, "a goto leads back past the directive"
	default:
		return assign, ""
	}
}

// reachesIntoFunctions reports whether a site in what this one covers belongs to a function of its own.
func (st *site) reachesIntoFunctions() bool {
	return slices.ContainsFunc(st.all, func(other *site) bool { return st.covers(other) && (other.fn != st.fn || other.slots) })
}

// handoverHere decides for a variable that is declared in the very block that the site covers.
func (st *site) handoverHere(obj types.Object, u *variableUse) (handover, string) {
	v, _ := obj.(*types.Var)
	isParameter := v != nil && v.Kind() != types.LocalVar
	switch {
	case st.fn.replaced[obj]:
		return keep, "a closure captures it"
	case st.jumpsBack():
		return keep, "a goto leads back past the directive"
	case !u.captured && !st.fn.captures:
		return assign, ""
	case isParameter && st.first() && st.fn.assigned[obj]:
		return assign, ""
	case isParameter && st.first() && v.Kind() == types.ParamVar && st.leads():
		return replace, ""
	default:
		return keep, "a closure captures it"
	}
}

// leads reports whether no other site of the function stands further up: its code would not see a
// replacement.
func (st *site) leads() bool {
	return !slices.ContainsFunc(st.all, func(other *site) bool { return other != st && other.fn == st.fn && other.start() < st.start() })
}

// redeclared reports whether the block declares the name again after the directive, in a way that does not
// come to the same: a statement such as
//
//	ctx, cancel := context.WithTimeout(ctx, time.Second)
//
// may set a variable that is there already, unless a closure captures it.
func (st *site) redeclared(obj types.Object, captured bool) bool {
	name := obj.Name()
	for _, s := range st.block.rest {
		switch s := unlabeled(s).(type) {
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				continue
			}
			declares, others := false, false
			for _, lhs := range s.Lhs {
				id, ok := lhs.(*ast.Ident)
				if !ok || st.fn.pkg.Info.Defs[id] == nil {
					continue
				}
				if id.Name == name && !types.Identical(st.fn.pkg.Info.Defs[id].Type(), obj.Type()) {
					return true
				}
				declares = declares || id.Name == name
				others = others || id.Name != name && id.Name != "_"
			}
			if declares && (!others || captured || st.blockCaptures(name)) {
				return true
			}
		case *ast.DeclStmt:
			if identifiers(s)[name] {
				return true
			}
		}
	}
	return false
}

// blockCaptures reports whether a function literal in what the directives cover mentions the name.
func (st *site) blockCaptures(name string) bool {
	found := false
	for _, s := range st.block.rest {
		ast.Inspect(s, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok && identifiers(lit)[name] {
				found = true
			}
			return !found
		})
	}
	return found
}
