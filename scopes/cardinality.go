package scopes

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// unbounded are the last words of keys whose values are likely to be without number.
var unbounded = map[string]string{
	"id": "an id", "uuid": "an id", "guid": "an id", "ulid": "an id", "token": "a token", "nonce": "a token",
	"email": "an address", "ip": "an address", "url": "an address", "uri": "an address",
	"message": "a text", "msg": "a text", "query": "a text", "sql": "a text", "stack": "a text",
	"timestamp": "a time",
}

// Unbounded says what a metadata key calls a value of which there are likely to be as many as events; empty if it does not.
func Unbounded(key string) string {
	return unbounded[key[strings.LastIndexByte(key, '_')+1:]]
}

// Cardinality reports the metadata of directives that are likely to have another value for each event, as far as it can be
// told without types.
func (r *Result) Cardinality(fset *token.FileSet) []Diagnostic {
	var out []Diagnostic
	for _, s := range r.Sites {
		if len(s.Diagnostics) > 0 {
			continue
		}
		for _, d := range s.Directives {
			for _, a := range d.Attrs {
				if what := a.unbounded(d); what != "" {
					out = append(out, Diagnostic{
						Position: fset.PositionFor(a.Pos, false), Subject: d.Subject(), Rule: RuleCardinality,
						Message: fmt.Sprintf("%s=%s: %s", a.Key, a.Value.Text, UnboundedMessage(what)),
					})
				}
			}
		}
	}
	return out
}

// UnboundedMessage returns the message for a value of which there are too many.
func UnboundedMessage(what string) string {
	return what + " is likely to differ from event to event, and as a label makes a time series of each; record a class of it, or leave it out"
}

func (a *Attr) unbounded(d *Directive) string {
	tree, err := a.Value.Parse()
	if err != nil {
		return ""
	}
	if _, constant := ast.Unparen(tree).(*ast.BasicLit); constant {
		return ""
	}
	// The key error of a scope stands in for the error that the scope would record anyway.
	if isErrorText(tree) && !(d.Verb == Scope && a.Key == "error") {
		return "the text of an error"
	}
	return Unbounded(a.Key)
}

// isErrorText reports whether an expression is a call x.Error().
func isErrorText(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return false
	}
	method, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	return ok && method.Sel.Name == "Error"
}
