package rewrite

import (
	"go/ast"
	"go/types"
	"go/version"
	"slices"
	"strconv"

	"github.com/dave/dst"

	"github.com/teleinstr/teleinstr/scopes/calls"
)

// An origin says where the context of a site comes from.
type origin struct {
	from string // such as "parameter ctx"; "none" where there is none
	note string // why there is none, or why the new context is not handed on; empty if there is nothing to say
}

// noContext is the origin of a root.
const noContext = "none"

func (o origin) String() string {
	switch {
	case o.note == "":
		return o.from
	case o.from == noContext:
		return noContext + ": " + o.note
	}
	return o.from + ", not handed on: " + o.note
}

// A source is where the context of a site comes from, and how generated code comes by it.
type source struct {
	origin
	name     string // of the variable that generated code reads; empty if there is no context
	target   string // of the variable that the code further down reads
	carrier  bool   // the variable is no context.Context, but implements it or has a method Context
	rebinds  bool   // and is given the new context by its method WithContext
	handover handover
}

// context returns the expression for the context.
func (fn *function) context(src *source) dst.Expr {
	switch {
	case src.name == "":
		return fn.tele("Background")
	case src.carrier:
		return fn.tele("ContextOf", ident(src.name))
	default:
		return ident(src.name)
	}
}

// rebound returns what the variable is to be set to so that calls further down nest in a scope.
func (fn *function) rebound(src *source, scope string) dst.Expr {
	if src.rebinds {
		return fn.tele("Rebind", ident(src.name), ident(scope))
	}
	return call(selector(scope, "Context"), ident(src.name))
}

// isCarrier reports whether a value of type t implements context.Context, or has a method
// Context() context.Context.
func (p *typedPackage) isCarrier(t types.Type) bool {
	if t == nil || !types.IsInterface(t) && isInvalid(t) {
		return false
	}
	if _, isParam := types.Unalias(t).(*types.TypeParam); !isParam && types.IsInterface(t) && t.Underlying().(*types.Interface).Empty() {
		return false
	}
	if p.Context != nil && types.Implements(t, p.Context) {
		return true
	}
	m := types.NewMethodSet(t).Lookup(nil, "Context")
	if m == nil {
		return false
	}
	sig, ok := m.Type().(*types.Signature)
	return ok && sig.Params().Len() == 0 && sig.Results().Len() == 1 && calls.IsContext(sig.Results().At(0).Type())
}

func isInvalid(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Invalid
}

// canRebind reports whether t has a method WithContext(context.Context) t.
func canRebind(t types.Type) bool {
	m := types.NewMethodSet(t).Lookup(nil, "WithContext")
	if m == nil {
		return false
	}
	sig, ok := m.Type().(*types.Signature)
	return ok && sig.Params().Len() == 1 && calls.IsContext(sig.Params().At(0).Type()) &&
		sig.Results().Len() == 1 && types.Identical(sig.Results().At(0).Type(), t)
}

// A variable is a parameter, receiver or local variable that a site may take its context from.
type variable struct {
	fn    *function      // that declares it, if it is a parameter or the receiver
	list  *ast.FieldList // of the parameter or receiver; nil for a local variable
	field *ast.Field
	id    *ast.Ident // nil if the list has no names
	obj   types.Object
	kind  string // for people
}

// is reports whether two variables are the same; one without a name is known by its field.
func (v *variable) is(other *variable) bool {
	if other == nil {
		return false
	}
	if v.field != nil || other.field != nil {
		return v.field == other.field && v.id == other.id
	}
	return v.obj == other.obj
}

// isNamed reports whether code can mention the variable.
func (v *variable) isNamed() bool { return v.obj != nil && v.obj.Name() != "_" }

// source finds the context of a site, and decides how what the site covers comes to the new one.
func (st *site) source() *source {
	if st.fn.findsContext() {
		return &source{origin: origin{noContext, "finding a context calls this function"}}
	}
	switch v, isCarrier := st.find(); {
	case v == nil:
		return &source{origin: origin{from: noContext}}
	case isCarrier:
		return st.carrierSource(v)
	default:
		return st.contextSource(v)
	}
}

// find returns the variable that the context comes from: a parameter of type context.Context of the functions
// around the site, innermost first; another variable of that type in scope; a parameter or receiver that
// carries one. It is nil if there is none.
func (st *site) find() (v *variable, isCarrier bool) {
	for f := st.fn; f != nil; f = f.outer {
		if v := st.parameter(f, f.typ.Params, "parameter", calls.IsContext); v != nil {
			return v, false
		}
	}
	if v := st.local(); v != nil {
		return v, false
	}
	for f := st.fn; f != nil; f = f.outer {
		if v := st.parameter(f, f.typ.Params, "parameter", st.fn.pkg.isCarrier); v != nil {
			return v, true
		}
		if f.recv != nil {
			if v := st.parameter(f, f.recv, "receiver", st.fn.pkg.isCarrier); v != nil {
				return v, true
			}
		}
	}
	return nil, false
}

// isNeeded reports whether a site in what this one covers takes its context from the variable.
func (st *site) isNeeded(v *variable) bool {
	return slices.ContainsFunc(st.all, func(other *site) bool {
		if !st.covers(other) || other.fn.findsContext() {
			return false
		}
		found, _ := other.find()
		return v.is(found)
	})
}

// parameter returns the first parameter in list whose type is accepted and whose name means it where the site
// is; or else, if the list is of the site's own function, the first without a name, which can be given one.
func (st *site) parameter(f *function, list *ast.FieldList, kind string, accept func(types.Type) bool) (nameless *variable) {
	for _, field := range list.List {
		if !accept(st.fn.pkg.Info.TypeOf(field.Type)) {
			continue
		}
		v := variable{fn: f, list: list, field: field, kind: kind}
		if len(field.Names) == 0 && f == st.fn && nameless == nil {
			nameless = &v
		}
		for _, id := range field.Names {
			v := v
			v.id, v.obj = id, st.fn.pkg.Info.Defs[id]
			if v.isNamed() && st.sees(v.obj) {
				return &v
			}
			if id.Name == "_" && f == st.fn && nameless == nil {
				nameless = &v
			}
		}
	}
	return nameless
}

// sees reports whether the name of a variable means that variable where the site is.
func (st *site) sees(obj types.Object) bool {
	if obj == nil {
		return false
	}
	_, found := st.innermost().LookupParent(obj.Name(), st.pos)
	return found == obj
}

// innermost returns the innermost scope around the site.
func (st *site) innermost() *types.Scope {
	if s := st.fn.pkg.Info.Scopes[st.fn.file.syntax].Innermost(st.pos); s != nil {
		return s
	}
	return st.fn.scope()
}

// local returns the last declared variable of type context.Context in the innermost scope that has one,
// up to the outermost function.
func (st *site) local() *variable {
	outermost := st.fn
	for outermost.outer != nil {
		outermost = outermost.outer
	}
	for s := st.innermost(); s != nil && s != outermost.scope().Parent(); s = s.Parent() {
		var last *types.Var
		for _, name := range s.Names() {
			v, ok := s.Lookup(name).(*types.Var)
			if ok && v.Kind() == types.LocalVar && calls.IsContext(v.Type()) && st.sees(v) && (last == nil || v.Pos() > last.Pos()) {
				last = v
			}
		}
		if last != nil {
			return &variable{obj: last, kind: "variable"}
		}
	}
	return nil
}

// contextSource is the source for a variable of type context.Context, which is handed over unless that
// would be felt.
func (st *site) contextSource(v *variable) *source {
	src := &source{origin: origin{from: describe(v)}}
	src.handover, src.note = st.handover(v)
	st.name(src, v, "ctx", "teleCtx")
	return src
}

// carrierSource is the source for a variable that carries a context.
func (st *site) carrierSource(v *variable) *source {
	src := &source{origin: origin{from: describe(v)}, carrier: true}
	if st.rebind {
		var why string
		switch {
		case v.obj == nil || !canRebind(v.obj.Type()):
			why = "its type has no method WithContext that returns it"
		case st.slots:
			why = "the block is the body of a range over a function"
		case version.Compare(st.fn.pkg.Types.GoVersion(), "go1.18") < 0:
			why = "it takes generics, and the module is at a go directive before 1.18"
		default:
			src.rebinds = true
			src.handover, why = st.handover(v)
		}
		if why != "" {
			st.rebindProblem = why
		}
	}
	st.name(src, v, "carrier")
	return src
}

// name makes sure that generated code can reach the variable.
func (st *site) name(src *source, v *variable, candidates ...string) {
	switch {
	case v.list == nil:
		src.name = v.obj.Name()
	case src.handover == replace && v.isNamed():
		src.name = v.fn.rename(v.id, wasNamed+naming(v.id.Name), parentName(v.id.Name))
		src.target = v.id.Name
		v.fn.replaced[v.obj] = true
		return
	case src.handover == replace:
		src.name = v.fn.nameParameter(v.list, v.field, v.id, parentName(candidates[0]))
		src.target = unused(v.fn.taken, candidates...)
		v.fn.named[v.field] = src.target
		return
	default:
		src.name = v.fn.nameParameter(v.list, v.field, v.id, candidates...)
	}
	src.target = src.name
}

// parentName is what a parameter is renamed to.
func parentName(name string) string {
	r := []rune(name)
	if 'a' <= r[0] && r[0] <= 'z' {
		r[0] -= 'a' - 'A'
	}
	return "parent" + string(r)
}

// describe tells people which variable it is.
func describe(v *variable) string {
	switch {
	case v.obj != nil:
		return v.kind + " " + v.obj.Name()
	case v.id != nil:
		return v.kind + " " + v.id.Name
	default:
		return v.kind + " without a name"
	}
}

// unknownOrigin stands for the context of a site that only types could tell.
const unknownOrigin = "unknown without types"

// syntacticOrigin tells where the context of a function's scope comes from, going by its imports alone.
func syntacticOrigin(file *ast.File, fn *ast.FuncDecl) string {
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
	for _, field := range fn.Type.Params.List {
		if !names[types.ExprString(field.Type)] {
			continue
		}
		v := &variable{kind: "parameter"}
		if len(field.Names) > 0 {
			v.id = field.Names[0]
		}
		return describe(v)
	}
	return unknownOrigin
}
