package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/dave/dst"

	"github.com/teleinstr/teleinstr/scopes"
)

// A builder builds the statements of a site.
type builder struct {
	*site
	src      *source
	steps    []*step
	guarded  []dst.Stmt // what runs while telemetry is on
	onReturn []dst.Stmt // metrics to record when the function returns, not yet in guarded
}

func (b *builder) build() {
	fn := b.fn
	if b.nested && !b.checkNested() {
		return
	}
	last := b.scopes()
	statements := []dst.Stmt{fn.whileOn(append(b.copies(), b.guarded...))}
	if last != nil && (b.src.handover == replace || b.src.handover == shadow) {
		if !b.nested {
			statements = append([]dst.Stmt{declare(selector(fn.runtime, "Scope"), last.scope)}, statements...)
		}
		statements = append(statements, set(token.DEFINE, fn.rebound(b.src, last.scope), b.src.target))
	}
	if b.block == nil {
		fn.above = statements
		return
	}
	edit := &blockEdit{after: b.pos, statements: statements}
	fn.blocks = append(fn.blocks, edit)
	switch {
	case b.nested:
		b.endScopes()
	case b.hasScope:
		b.edit = edit
	}
}

// checkNested refuses what can be known only when the function returns.
func (b *builder) checkNested() bool {
	ok := true
	for _, s := range b.steps {
		for _, a := range s.attrs {
			if s.Verb == scopes.Scope && a.value.onReturn {
				b.refuse(scopes.RuleExpression, a.value.Pos, s.Subject(), "%s=%s: names a result, which is not known when the block ends; record it where it is, or for the whole function", a.key, a.value.Text)
				ok = false
			}
		}
	}
	return ok
}

// scopes builds the code of all steps in order, and returns the last scope among them.
func (b *builder) scopes() *step {
	var last *step
	for _, s := range b.steps {
		if s.Verb == scopes.Scope {
			last = s
		}
	}
	current := b.fn.context(b.src)
	for _, s := range b.steps {
		if s.Verb != scopes.Scope {
			b.metric(s, current)
			continue
		}
		b.flushOnReturn()
		s.scope = unused(b.fn.taken, "scope")
		current = b.timing(s, current, s == last)
	}
	b.flushOnReturn()
	return last
}

// endScopes ends the scopes of a nested block wherever it is left: by a deferred call for a return, a panic
// and Goexit, which is the function's first so that a loop does not pile them up, and in place for all else.
func (b *builder) endScopes() {
	for _, s := range b.steps {
		if s.Verb != scopes.Scope {
			continue
		}
		scope := blockScope{s.scope, b.slots, b.fn.recordsError(s.Directive)}
		if host := b.host(); host != nil {
			host.edit.scopes = append(host.edit.scopes, scope)
		} else {
			b.fn.scopes = append(b.fn.scopes, scope)
		}
		for _, branch := range b.leaving {
			b.fn.leave(exit{before: branch}, s.scope)
		}
		if b.runsOut {
			b.fn.leave(exit{after: b.block.rest[len(b.block.rest)-1]}, s.scope)
		}
	}
}

// host returns the last site before this one, in the outermost block of the function, whose scopes end by
// deferred calls: those of this site must end before. It is nil if there is none.
func (b *builder) host() (host *site) {
	for _, other := range b.all {
		if other.fn == b.fn && other.edit != nil && other.start() < b.start() && !other.block.jumpsOver(b.fn.body, labelsIn(b.fn.body)) {
			host = other
		}
	}
	return host
}

// timing builds the start of a scope under ctx, and its deferred end unless that is [builder.endScopes]'s.
// It returns the context inside.
func (b *builder) timing(s *step, ctx dst.Expr, innermost bool) dst.Expr {
	fn := b.fn
	var early, late []dst.Expr
	for _, a := range s.attrs {
		if a.value.onReturn {
			late = append(late, b.attr(a))
		} else {
			early = append(early, b.attr(a))
		}
	}
	start := "Start"
	if s.Root {
		start = "StartRoot"
	}
	rhs := fn.tele(start, append([]dst.Expr{clone(ctx), quoted(s.Name)}, spread(early)...)...)
	inside := dst.Expr(call(selector(s.scope, "Context"), clone(ctx)))
	declaresVariable := innermost && (b.src.handover == replace || b.src.handover == shadow)
	switch {
	case b.slots && b.src.handover == assign && !b.src.carrier:
		b.guarded = append(b.guarded, set(token.ASSIGN, call(selector(s.scope, "Set"), rhs), b.src.name))
		inside = ident(b.src.name)
	case b.slots:
		b.guarded = append(b.guarded, &dst.ExprStmt{X: call(selector(s.scope, "Set"), rhs)})
	case b.src.handover == assign && !b.src.carrier:
		if !b.nested {
			b.guarded = append(b.guarded, declare(selector(fn.runtime, "Scope"), s.scope))
		}
		b.guarded = append(b.guarded, set(token.ASSIGN, rhs, b.src.name, s.scope))
		inside = ident(b.src.name)
	case b.nested || declaresVariable:
		b.guarded = append(b.guarded, set(token.ASSIGN, rhs, "_", s.scope))
	default:
		b.guarded = append(b.guarded, set(token.DEFINE, rhs, "_", s.scope))
	}
	if b.src.handover == assign && b.src.carrier && innermost {
		b.guarded = append(b.guarded, set(token.ASSIGN, fn.rebound(b.src, s.scope), b.src.name))
	}
	if b.nested {
		return inside
	}
	end := fn.endCall(s.scope, fn.recordsError(s.Directive))
	end.Args = append(end.Args, spread(late)...)
	if len(late) > 0 {
		end = call(literal(&dst.ExprStmt{X: end}))
	}
	b.guarded = append(b.guarded, &dst.DeferStmt{Call: end})
	return inside
}

// metric builds the recording of a metric: at the site, or, for a function as a whole, when that returns if
// an expression names a result.
func (b *builder) metric(s *step, ctx dst.Expr) {
	method := map[scopes.Verb]string{scopes.Count: "Count", scopes.Gauge: "Gauge", scopes.Metric: "Metric"}[s.Verb]
	late := b.block == nil && s.onReturn()
	var attrs []dst.Expr
	for _, a := range s.attrs {
		e := b.attr(a)
		if late && !a.value.onReturn {
			e = b.early("attr", e)
		}
		attrs = append(attrs, e)
	}
	value := b.value(s)
	if late && s.value != nil && !s.value.onReturn && !s.value.mayPanic() {
		value = b.early("value", value)
	}
	record := b.fn.tele(method, append([]dst.Expr{clone(ctx), quoted(s.Name), value}, spread(attrs)...)...)
	if s.value != nil && s.value.mayPanic() {
		record = b.fn.tele("Guard", quoted(s.Name), literal(&dst.ExprStmt{X: record}))
	}
	if late {
		b.onReturn = append(b.onReturn, &dst.ExprStmt{X: record})
	} else {
		b.guarded = append(b.guarded, &dst.ExprStmt{X: record})
	}
}

// early evaluates an expression where the site is, for use when the function returns.
func (b *builder) early(name string, e dst.Expr) dst.Expr {
	name = unused(b.fn.taken, name)
	b.guarded = append(b.guarded, set(token.DEFINE, e, name))
	return ident(name)
}

// flushOnReturn defers the metrics that are recorded when the function returns: together, so that they
// come in the order written, and before the next scope starts, so that they come after it has ended.
func (b *builder) flushOnReturn() {
	if len(b.onReturn) > 0 {
		b.guarded = append(b.guarded, &dst.DeferStmt{Call: call(literal(b.onReturn...))})
		b.onReturn = nil
	}
}

// value builds what a metric records, in the type that the runtime package takes.
func (b *builder) value(s *step) dst.Expr {
	if s.value == nil {
		return &dst.BasicLit{Kind: token.INT, Value: "1"}
	}
	e := parseExpr(s.value.Text)
	if s.Verb == scopes.Metric {
		if t, ok := s.value.tv.Type.(*types.Basic); ok && t.Kind() == types.UntypedInt && s.value.tv.Value != nil {
			if to := strings.ToLower(intConstructor(s.value.tv.Value)); to != "int" {
				return call(ident(to), e) // as an int it would not compile on all machines
			}
		}
		return e
	}
	to := conversion(s.Verb)
	t, isBasic := types.Unalias(s.value.tv.Type).(*types.Basic)
	if isBasic && (t.Name() == to || t.Info()&types.IsUntyped != 0 && s.value.tv.Value != nil) {
		return e
	}
	if isBasic && t.Info()&types.IsInteger != 0 && isShift(s.value.tree) && to == "float64" {
		e = call(ident("int64"), e) // the constant of a shift would become a floating-point number
	}
	return call(ident(to), e)
}

func isShift(e ast.Expr) bool {
	b, ok := ast.Unparen(e).(*ast.BinaryExpr)
	return ok && (b.Op == token.SHL || b.Op == token.SHR)
}

// attr builds an attribute.
func (b *builder) attr(a attr) dst.Expr {
	e := parseExpr(a.value.Text)
	if !a.value.mayPanic() {
		return b.fn.tele(a.value.constructor(), quoted(a.key), e)
	}
	return b.fn.tele("Try", quoted(a.key), lazy(e))
}

// copies builds the declarations, ahead of all else, of the variables that expressions must not share
// with the function:
//
//	n := n           // n is set further down: a closure would capture it by reference, which keeps it in memory
//	ctx := parentCtx // the parameter was renamed, and its namesake is declared only behind the if
func (b *builder) copies() []dst.Stmt {
	copied := map[string]string{}
	live := map[types.Object]bool{} // read when the function returns, as it is by then
	visit := func(x *expr, captured, onReturn bool) {
		for id, obj := range x.info.Uses {
			switch v, isVar := obj.(*types.Var); {
			case b.src.handover == replace && obj.Name() == b.src.target:
				copied[id.Name] = b.src.name
			case obj.Name() == b.src.target && b.src.handover == assign:
			case onReturn:
				live[obj] = true
			case isVar && !v.IsField() && v.Parent() != b.fn.pkg.Types.Scope() && v.Pkg() == b.fn.pkg.Types &&
				b.fn.assigned[obj] && captured && isCheap(obj.Type()):
				copied[id.Name] = id.Name
			}
		}
	}
	for _, s := range b.steps {
		guarded := s.value != nil && s.value.mayPanic()
		if s.value != nil {
			visit(s.value, guarded, b.block == nil && (s.value.onReturn || guarded && s.onReturn()))
		}
		for _, a := range s.attrs {
			visit(a.value, guarded || a.value.mayPanic(), b.block == nil && a.value.onReturn)
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
