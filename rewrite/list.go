package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/teleinstr/teleinstr/scopes"
)

// A SiteInfo describes one directive for people and scripts.
type SiteInfo struct {
	Position token.Position
	// Verb is scope, count, gauge, metric or ignore.
	Verb scopes.Verb
	Name string
	// Function is the function as F, T.F or (*T).F; empty in a function literal outside of any.
	Function string
	// Keys are the metadata keys, in the order written.
	Keys []string
	// Context is where the enclosing scope comes from: "parameter NAME", or "none" where the scope is a
	// root.
	Context string
	// Refused is why the site is not instrumented; empty if it is.
	Refused string
}

// List returns the sites of the packages that patterns name, by file and position. Where types are to be
// had, it says all that Generate would refuse; where not, what can be told from the source alone.
func List(dir string, patterns []string) ([]SiteInfo, error) {
	g, err := newGeneration(dir, patterns)
	if err != nil {
		return nil, err
	}
	// What keeps packages from being loaded is generate's to report; the list goes without types then.
	_ = g.instrument()
	var sites []SiteInfo
	for _, path := range g.paths() {
		if c := g.files[path]; c.found != nil {
			sites = append(sites, c.sites(g.fset)...)
		}
	}
	return sites, nil
}

func (c *candidate) sites(fset *token.FileSet) []SiteInfo {
	var out []SiteInfo
	for _, s := range c.found.Sites {
		for _, d := range s.Directives {
			info := SiteInfo{
				Position: c.restorePosition(fset.PositionFor(d.Pos, false)),
				Verb:     d.Verb,
				Name:     d.Name,
				Function: functionName(s.Func),
				Context:  c.origin(s),
			}
			for _, a := range d.Attrs {
				info.Keys = append(info.Keys, a.Key)
			}
			if len(s.Diagnostics) > 0 {
				info.Refused = s.Diagnostics[0].Message
			}
			out = append(out, info)
		}
	}
	return out
}

// origin tells where the context of a site comes from. Without types it goes by how the parameter's type
// is written.
func (c *candidate) origin(s *scopes.Site) string {
	if origin, typed := c.origins[s]; typed {
		return origin
	}
	if s.Func == nil {
		return contextOrigin(nil)
	}
	names := contextNames(c.syntax)
	return contextOrigin(firstContext(s.Func, func(t ast.Expr) bool { return names[types.ExprString(t)] }))
}

// functionName returns the name of a function as stack traces have it, without the package.
func functionName(fn *ast.FuncDecl) string {
	if fn == nil {
		return ""
	}
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	t, pointer := fn.Recv.List[0].Type, false
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t, pointer = x.X, true
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			if pointer {
				return "(*" + x.Name + ")." + fn.Name.Name
			}
			return x.Name + "." + fn.Name.Name
		default:
			return fn.Name.Name
		}
	}
}
