package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/dave/dst"

	"github.com/teleinstr/teleinstr/scopes"
)

// A function works out the edit of one function that has directives in its doc comment.
type function struct {
	pkg      *Package
	file     *fileEdits
	site     *scopes.Site
	decl     *ast.FuncDecl
	runtime  string                // name of the runtime package in the file
	taken    map[string]bool       // names that mean something in the function
	assigned map[types.Object]bool // variables that the body sets
	ctx      *contextParam         // nil if there is none

	guarded   []dst.Stmt // what runs while telemetry is on
	onReturn  []dst.Stmt // metrics to record when the function returns, not yet in guarded
	errName   string     // of the error result, once it is known
	signature []splice
	renamings []renaming
}

func (p *Package) newFunction(f *fileEdits, s *scopes.Site, runtime string) *function {
	fn := &function{
		pkg: p, file: f, site: s, decl: s.Func, runtime: runtime,
		taken:    identifiers(s.Func),
		assigned: assignedIn(s.Func.Body, p.Info),
	}
	for _, d := range s.Directives {
		for _, a := range d.Attrs {
			fn.take(a.Value)
		}
		if d.Value != nil {
			fn.take(*d.Value)
		}
	}
	fn.taken[runtime] = true
	fn.ctx = fn.contextParam()
	return fn
}

func (fn *function) take(e scopes.Expr) {
	if tree, err := e.Parse(); err == nil {
		for name := range identifiers(tree) {
			fn.taken[name] = true
		}
	}
}

func (fn *function) refuse(pos token.Pos, subject, format string, args ...any) {
	fn.site.Diagnostics = append(fn.site.Diagnostics, fn.pkg.diagnostic(pos, subject, format, args...))
}

// insert adds text to the function's signature.
func (fn *function) insert(pos token.Pos, text string) {
	at := fn.file.offset(pos)
	fn.signature = append(fn.signature, splice{at, at, text})
}

// origin tells where the function's context comes from.
func (fn *function) origin() string {
	if fn.ctx == nil {
		return contextOrigin(nil)
	}
	return contextOrigin(fn.ctx.field)
}

func (fn *function) isResult(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.Kind() == types.ResultVar && v.Parent() != nil && v.Parent() == fn.scope()
}

// scope returns the scope of the parameters, results and body.
func (fn *function) scope() *types.Scope { return fn.pkg.Info.Scopes[fn.decl.Type] }

// tele returns a call of the runtime package.
func (fn *function) tele(name string, args ...dst.Expr) *dst.CallExpr {
	return call(selector(fn.runtime, name), args...)
}

// edit builds the code of the whole site:
//
//	if tele.Compiled && tele.Enabled() {
//		…
//	}
//
// Compiled is a constant, so that the compiler drops all of it where telemetry is compiled out.
func (fn *function) edit() *functionEdit {
	plan := fn.plan()
	if len(fn.site.Diagnostics) > 0 {
		return nil
	}
	current := dst.Expr(fn.tele("Background"))
	if fn.ctx != nil {
		fn.nameContext(fn.ctx)
		current = ident(fn.ctx.name)
	}
	innermost := ""
	for _, step := range plan {
		if step.Verb == scopes.Scope {
			fn.flushOnReturn()
			innermost = unused(fn.taken, "scope")
			current = fn.timing(step, innermost, current, step == lastScope(plan))
		} else {
			fn.metric(step, current)
		}
	}
	fn.flushOnReturn()
	statements := []dst.Stmt{&dst.IfStmt{
		Cond: &dst.BinaryExpr{Op: token.LAND, X: selector(fn.runtime, "Compiled"), Y: fn.tele("Enabled")},
		Body: &dst.BlockStmt{List: append(fn.copies(plan), fn.guarded...)},
	}}
	if innermost != "" && fn.handsOver(replace) {
		statements = append([]dst.Stmt{variable(innermost, selector(fn.runtime, "Scope"))}, statements...)
		rebound := call(selector(innermost, "Context"), ident(fn.ctx.name))
		statements = append(statements, set(token.DEFINE, rebound, fn.ctx.id.Name))
	}
	return &functionEdit{decl: fn.decl, statements: printStatements(statements), signature: fn.signature, renamings: fn.renamings}
}

// copies builds the declarations, ahead of all else, of the variables that expressions must not share
// with the function:
//
//	n := n           // n is set further down: a closure would capture it by reference, which keeps it in memory
//	ctx := parentCtx // the parameter was renamed, and its namesake is declared only behind the if
func (fn *function) copies(plan []*step) []dst.Stmt {
	copied := map[string]string{}
	live := map[types.Object]bool{} // read when the function returns, as it is by then
	visit := func(x *expr, captured, onReturn bool) {
		for id, obj := range x.info.Uses {
			switch {
			case fn.ctx != nil && fn.ctx.id != nil && obj == fn.pkg.Info.Defs[fn.ctx.id]:
				if fn.ctx.handover == replace {
					copied[id.Name] = fn.ctx.name
				}
			case onReturn:
				live[obj] = true
			case obj.Parent() == fn.scope() && fn.assigned[obj] && captured && isCheap(obj.Type()):
				copied[id.Name] = id.Name
			}
		}
	}
	for _, s := range plan {
		guarded := s.value != nil && s.value.mayPanic()
		if s.value != nil {
			visit(s.value, guarded, s.onReturn())
		}
		for _, a := range s.attrs {
			visit(a.value, guarded || a.value.mayPanic(), a.value.onReturn || s.Verb != scopes.Scope && s.onReturn())
		}
	}
	for obj := range live {
		delete(copied, obj.Name())
	}
	var list []dst.Stmt
	for _, name := range slices.Sorted(maps.Keys(copied)) {
		list = append(list, set(token.DEFINE, ident(copied[name]), name))
	}
	return list
}

// isCheap reports whether a variable of type t can be copied without a second thought: it holds a word or
// a few, and no lock.
func isCheap(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array, *types.Tuple:
		return false
	default:
		return true
	}
}

// A step is a directive with its expressions checked.
type step struct {
	*scopes.Directive
	value *expr
	attrs []attr
}

type attr struct {
	key   string
	value *expr
}

func (s *step) onReturn() bool {
	return s.value != nil && s.value.onReturn || slices.ContainsFunc(s.attrs, func(a attr) bool { return a.value.onReturn })
}

// plan checks the directives and says what is wrong with them.
func (fn *function) plan() []*step {
	var steps []*step
	hasScope := false
	for _, d := range fn.site.Directives {
		if d.Verb == scopes.Ignore {
			continue
		}
		hasScope = hasScope || d.Verb == scopes.Scope
		s := &step{Directive: d}
		if d.Rebind {
			fn.refuse(d.Pos, d.Subject(), "rebind: %s has no parameter with a method WithContext to hand the context on through; take rebind out", fn.decl.Name.Name)
		}
		if d.Value != nil {
			if s.value = fn.check(d, d.Name, *d.Value); s.value != nil {
				fn.checkNumber(s)
			}
		}
		for _, a := range d.Attrs {
			if x := fn.check(d, a.Key, a.Value); x != nil {
				s.attrs = append(s.attrs, attr{a.Key, x})
			}
		}
		steps = append(steps, s)
	}
	if fn.ctx != nil && !hasScope {
		fn.ctx.handover = keep
	}
	return steps
}

func (fn *function) checkNumber(s *step) {
	x := s.value
	want, what, remedy := types.BasicInfo(types.IsInteger), "an integer", "convert it, or use tele:gauge or tele:metric"
	switch s.Verb {
	case scopes.Metric:
		return
	case scopes.Gauge:
		want, what, remedy = types.IsInteger|types.IsFloat, "a number", "convert it, or use tele:metric"
	}
	if !x.isNumber(want) {
		qualifier := types.RelativeTo(fn.pkg.Types)
		fn.refuse(x.Pos, s.Subject(), "%s=%s: has type %s, which is not %s; %s", s.Name, x.Text, types.TypeString(x.tv.Type, qualifier), what, remedy)
	} else if name := conversion(s.Verb); fn.hides(name) {
		fn.refuse(x.Pos, s.Subject(), "%s=%s: %s needs the type %s, which means something else here; rename that", s.Name, x.Text, s.Subject(), name)
	}
}

// hides reports whether a predeclared name means something else at the top of the function.
func (fn *function) hides(name string) bool {
	_, obj := fn.scope().LookupParent(name, fn.decl.Body.Lbrace+1)
	return obj != types.Universe.Lookup(name)
}

func conversion(v scopes.Verb) string {
	if v == scopes.Count {
		return "int64"
	}
	return "float64"
}

func lastScope(steps []*step) *step {
	var last *step
	for _, s := range steps {
		if s.Verb == scopes.Scope {
			last = s
		}
	}
	return last
}

func (fn *function) handsOver(h handover) bool { return fn.ctx != nil && fn.ctx.handover == h }

// timing builds the start and the deferred end of a scope called name, nested under ctx. It returns the
// context inside.
func (fn *function) timing(s *step, name string, ctx dst.Expr, innermost bool) dst.Expr {
	var early, late []dst.Expr
	for _, a := range s.attrs {
		if a.value.onReturn {
			late = append(late, fn.attr(a))
		} else {
			early = append(early, fn.attr(a))
		}
	}
	start := "Start"
	if s.Root {
		start = "StartRoot"
	}
	rhs := fn.tele(start, append([]dst.Expr{dst.Clone(ctx).(dst.Expr), quoted(s.Name)}, spread(early)...)...)
	inside := dst.Expr(call(selector(name, "Context"), dst.Clone(ctx).(dst.Expr)))
	switch {
	case fn.handsOver(assign):
		fn.guarded = append(fn.guarded, variable(name, selector(fn.runtime, "Scope")), set(token.ASSIGN, rhs, fn.ctx.name, name))
		inside = ident(fn.ctx.name)
	case fn.handsOver(replace) && innermost:
		fn.guarded = append(fn.guarded, set(token.ASSIGN, rhs, "_", name))
	default:
		fn.guarded = append(fn.guarded, set(token.DEFINE, rhs, "_", name))
	}
	end := call(selector(name, "End"))
	if result := fn.errorResult(); result != nil && !s.HasKey("error") {
		end = call(selector(name, "EndErr"), addressOf(fn.errorName(result)))
	}
	end.Args = append(end.Args, spread(late)...)
	if len(late) > 0 {
		end = call(literal(&dst.ExprStmt{X: end}))
	}
	fn.guarded = append(fn.guarded, &dst.DeferStmt{Call: end})
	return inside
}

// errorName returns the name of the error result, which it is given once.
func (fn *function) errorName(result *ast.Field) string {
	if fn.errName == "" {
		fn.errName = fn.nameError(result)
	}
	return fn.errName
}

// metric builds the recording of a metric.
func (fn *function) metric(s *step, ctx dst.Expr) {
	method := map[scopes.Verb]string{scopes.Count: "Count", scopes.Gauge: "Gauge", scopes.Metric: "Metric"}[s.Verb]
	args := []dst.Expr{dst.Clone(ctx).(dst.Expr), quoted(s.Name), fn.value(s)}
	var attrs []dst.Expr
	for _, a := range s.attrs {
		attrs = append(attrs, fn.attr(a))
	}
	args = append(args, spread(attrs)...)
	record := fn.tele(method, args...)
	if s.value != nil && s.value.mayPanic() {
		record = fn.tele("Guard", quoted(s.Name), literal(&dst.ExprStmt{X: record}))
	}
	if s.onReturn() {
		fn.onReturn = append(fn.onReturn, &dst.ExprStmt{X: record})
	} else {
		fn.guarded = append(fn.guarded, &dst.ExprStmt{X: record})
	}
}

// flushOnReturn defers the metrics that are recorded when the function returns: together, so that they
// come in the order written, and before the next scope starts, so that they come after it has ended.
func (fn *function) flushOnReturn() {
	if len(fn.onReturn) > 0 {
		fn.guarded = append(fn.guarded, &dst.DeferStmt{Call: call(literal(fn.onReturn...))})
		fn.onReturn = nil
	}
}

// value builds what a metric records, in the type that the runtime package takes.
func (fn *function) value(s *step) dst.Expr {
	if s.value == nil {
		return &dst.BasicLit{Kind: token.INT, Value: "1"}
	}
	e := parseExpr(s.value.Text)
	if s.Verb == scopes.Metric {
		return e
	}
	to := conversion(s.Verb)
	t, isBasic := types.Unalias(s.value.tv.Type).(*types.Basic)
	if isBasic && (t.Name() == to || t.Info()&types.IsUntyped != 0 && s.value.tv.Value != nil) {
		return e
	}
	return call(ident(to), e)
}

// attr builds an attribute.
func (fn *function) attr(a attr) dst.Expr {
	e := parseExpr(a.value.Text)
	if !a.value.mayPanic() {
		return fn.tele(a.value.constructor(), quoted(a.key), e)
	}
	return fn.tele("Try", quoted(a.key), lazy(e))
}
