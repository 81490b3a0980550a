package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/teleinstr/teleinstr/scopes"
)

// A site builds the code of the directives of one [scopes.Site].
type site struct {
	*scopes.Site
	fn            *function
	all           []*site   // of the file
	pos           token.Pos // where expressions are evaluated
	block         *block    // nil for directives in a function's doc comment
	hasScope      bool
	rebind        bool
	rebindProblem string

	leaving []*ast.BranchStmt // see [block.exits]
	runsOut bool
	// nested says that scopes end where the block is left, not when the function returns.
	nested bool
	// slots says that the scopes of a nested block are held in slots: it is in the body of a range over a
	// function, which would capture variables.
	slots bool
	// edit is the site's own, if it stands in the outermost block of the function and its scopes end by
	// deferred calls.
	edit *blockEdit
}

// newSite prepares a site, to which path leads.
func newSite(fn *function, s *scopes.Site, path []ast.Node) *site {
	st := &site{Site: s, fn: fn, pos: fn.body.Lbrace + 1}
	if s.Block != nil {
		st.pos = s.Directives[len(s.Directives)-1].End
		st.block = newBlock(s.Block, st.pos, fn.pkg.Info)
	}
	for _, d := range s.Directives {
		st.hasScope = st.hasScope || d.Verb == scopes.Scope
		st.rebind = st.rebind || d.Rebind
	}
	if st.block != nil && st.hasScope && len(st.block.rest) > 0 {
		st.leaving, st.runsOut = st.block.exits(labelsIn(fn.body))
		st.nested = st.block.node != fn.body || len(st.leaving) > 0
		st.slots = st.nested && slices.ContainsFunc(path, func(n ast.Node) bool {
			_, isRange := n.(*ast.RangeStmt)
			return isRange && fn.body.Pos() < n.Pos() && fn.pkg.isFunctionBody(n)
		})
	}
	return st
}

func (st *site) refuse(rule scopes.Rule, pos token.Pos, subject, format string, args ...any) {
	st.Diagnostics = append(st.Diagnostics, st.fn.pkg.diagnostic(rule, pos, subject, format, args...))
}

// start returns where the site starts: the body of the function for directives in its doc comment.
func (st *site) start() token.Pos {
	if st.block == nil {
		return st.fn.body.Lbrace
	}
	return st.pos
}

// first reports whether no statement of the function stands before the directives.
func (st *site) first() bool {
	return st.block == nil || st.block.node == st.fn.body && st.block.first
}

// covers reports whether another site lies in what this one covers.
func (st *site) covers(other *site) bool {
	switch {
	case other == st || other.block == nil:
		return false
	case st.block == nil:
		return st.fn.body.Lbrace < other.pos && other.pos < st.fn.body.Rbrace
	default:
		return st.block.contains(other.pos)
	}
}

// jumpsBack reports whether a goto leads out of what the directives cover, from where control may come in
// again.
func (st *site) jumpsBack() bool {
	return slices.ContainsFunc(st.leaving, func(s *ast.BranchStmt) bool { return s.Tok == token.GOTO })
}

// blockScope returns the scope in which what the directives cover declares its variables.
func (st *site) blockScope() *types.Scope {
	if st.block == nil || st.block.node == st.fn.body {
		return st.fn.scope()
	}
	return st.fn.pkg.Info.Scopes[st.block.node]
}

// A step is a directive with its expressions checked.
type step struct {
	*scopes.Directive
	value *expr
	attrs []attr
	scope string // name of the variable that holds the scope
}

type attr struct {
	key   string
	value *expr
}

func (s *step) onReturn() bool {
	return s.value != nil && s.value.onReturn || slices.ContainsFunc(s.attrs, func(a attr) bool { return a.value.onReturn })
}

// instrument works out the code of the site, and hands it to the function. It returns where the context comes
// from. If anything is wrong with the site, it only says so.
func (st *site) instrument() origin {
	steps := st.check()
	if len(st.Diagnostics) > 0 {
		return origin{}
	}
	src := st.source()
	for _, s := range steps {
		if s.Rebind && !src.rebinds {
			st.refuseRebind(s, src)
		}
	}
	if len(st.Diagnostics) > 0 {
		return src.origin
	}
	b := &builder{site: st, src: src, steps: steps}
	b.build()
	return src.origin
}

func (st *site) refuseRebind(s *step, src *source) {
	switch {
	case st.rebindProblem != "":
		st.refuse(scopes.RuleArguments, s.Pos, s.Subject(), "rebind: %s: %s; take rebind out", src.origin, st.rebindProblem)
	case src.name != "":
		st.refuse(scopes.RuleArguments, s.Pos, s.Subject(), "rebind: a context is handed on anyway; take rebind out")
	default:
		st.refuse(scopes.RuleArguments, s.Pos, s.Subject(), "rebind: there is no parameter with a method WithContext to hand the context on through; take rebind out")
	}
}

// check type-checks the directives and says what is wrong with them.
func (st *site) check() []*step {
	if st.block != nil && st.block.unreachable {
		d := st.Directives[0]
		st.refuse(scopes.RulePlacement, d.Pos, d.Subject(), "is never reached; move it above the statement before")
		return nil
	}
	var steps []*step
	for _, d := range st.Directives {
		if d.Verb == scopes.Ignore {
			continue
		}
		s := &step{Directive: d}
		if d.Value != nil {
			if s.value = st.checkExpr(d, d.Name, *d.Value); s.value != nil && st.checkConstant(d, d.Name, s.value, d.Verb) {
				st.checkNumber(s)
			}
		}
		for _, a := range d.Attrs {
			if x := st.checkExpr(d, a.Key, a.Value); x != nil && st.checkConstant(d, a.Key, x, scopes.Scope) {
				s.attrs = append(s.attrs, attr{a.Key, x})
				st.hintError(d, a, x)
			}
		}
		steps = append(steps, s)
	}
	return steps
}

// checkConstant refuses a constant that the runtime package has no type for.
func (st *site) checkConstant(d *scopes.Directive, key string, x *expr, v scopes.Verb) bool {
	problem := x.overflow(v)
	if problem != "" && x.isNumber(types.IsInteger|types.IsFloat) {
		st.refuse(scopes.RuleExpression, x.Pos, d.Subject(), "%s=%s: %s", key, x.Text, problem)
		return false
	}
	return true
}

func (st *site) checkNumber(s *step) {
	x := s.value
	want, what, remedy := types.BasicInfo(types.IsInteger), "an integer", "convert it, or use tele:gauge or tele:metric"
	switch s.Verb {
	case scopes.Metric:
		return
	case scopes.Gauge:
		want, what, remedy = types.IsInteger|types.IsFloat, "a number", "convert it, or use tele:metric"
	}
	if !x.isNumber(want) {
		qualifier := types.RelativeTo(st.fn.pkg.Types)
		st.refuse(scopes.RuleExpression, x.Pos, s.Subject(), "%s=%s: has type %s, which is not %s; %s", s.Name, x.Text, types.TypeString(x.tv.Type, qualifier), what, remedy)
	} else if name := conversion(s.Verb); st.hides(name) {
		st.refuse(scopes.RuleExpression, x.Pos, s.Subject(), "%s=%s: %s needs the type %s, which means something else here; rename that", s.Name, x.Text, s.Subject(), name)
	}
}

// hides reports whether a predeclared name means something else at the site.
func (st *site) hides(name string) bool {
	_, obj := st.innermost().LookupParent(name, st.pos)
	return obj != types.Universe.Lookup(name)
}

// conversion returns the type in which the runtime package takes a value.
func conversion(v scopes.Verb) string {
	if v == scopes.Count {
		return "int64"
	}
	return "float64"
}
