package rewrite

import (
	"go/ast"
	"go/types"

	"github.com/teleinstr/teleinstr/scopes"
	"github.com/teleinstr/teleinstr/scopes/calls"
)

// hints returns what is noteworthy of the sites of a file whose edits are worked out, beside what is wrong with them.
func (p *typedPackage) hints(c *candidate) []scopes.Diagnostic {
	out := c.hints
	for s, from := range c.origins {
		for _, d := range s.Directives {
			if d.Verb == scopes.Scope && len(s.Diagnostics) == 0 {
				out = append(out, p.contextHints(s, d, from)...)
				break // the others of the site nest in it
			}
		}
	}
	return out
}

// contextHints returns where a scope, or what is called in it, does not nest.
func (p *typedPackage) contextHints(s *scopes.Site, d *scopes.Directive, from origin) []scopes.Diagnostic {
	switch {
	case d.Root || from.from == noContext && (from.note != "" || p.cannotHaveContext(s.Func)):
		return nil
	case from.from == noContext:
		return []scopes.Diagnostic{p.diagnostic(scopes.RuleNoContext, d.Pos, d.Subject(),
			"%q finds no context, and is a root; give %s one, or write root if that is meant", d.Name, subjectOf(s.Func))}
	case from.note != "":
		return []scopes.Diagnostic{p.diagnostic(scopes.RuleContextKept, d.Pos, d.Subject(),
			"%s is not handed on: %s; what %s calls does not nest in %q unless it gets a context that is only passed on", from.from, from.note, subjectOf(s.Func), d.Name)}
	}
	var out []scopes.Diagnostic
	body := covered(s)
	for _, arg := range calls.FreshContexts(p.Info, body, d.End, body.End()) {
		out = append(out, p.diagnostic(scopes.RuleContextFresh, arg.Pos(), d.Subject(), "%s", calls.FreshMessage(arg)))
	}
	return out
}

// covered returns the node that holds what a site covers, behind its directives.
func covered(s *scopes.Site) ast.Node {
	if s.Block != nil {
		return s.Block
	}
	return s.Func.Body
}

// cannotHaveContext reports whether a function has no parameters whatever one does.
func (p *typedPackage) cannotHaveContext(fn *ast.FuncDecl) bool {
	return fn != nil && fn.Recv == nil && (fn.Name.Name == "init" || fn.Name.Name == "main" && p.Types.Name() == "main")
}

func subjectOf(fn *ast.FuncDecl) string {
	if fn == nil {
		return "the function"
	}
	return fn.Name.Name
}

var errorInterface = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

// hintError notes that metadata hold an error, whose text reporters are going to write out. The key error of a scope
// stands in for the error that it would record anyway.
func (st *site) hintError(d *scopes.Directive, a scopes.Attr, x *expr) {
	if types.Implements(x.tv.Type, errorInterface) && !(d.Verb == scopes.Scope && a.Key == "error") {
		st.fn.file.hints = append(st.fn.file.hints, st.fn.pkg.diagnostic(scopes.RuleCardinality, a.Pos, d.Subject(),
			"%s=%s: %s", a.Key, a.Value.Text, scopes.UnboundedMessage("the text of an error")))
	}
}
