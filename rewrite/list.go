package rewrite

import (
	"go/ast"
	"go/doc"
	"go/token"

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
	// Doc is the first sentence of the function's doc comment, on one line; empty if there is none.
	Doc string
	// Keys are the metadata keys, in the order written.
	Keys []string
	// Context is where the enclosing scope comes from: "parameter NAME" for example, with the reason if the
	// new context is not handed on; "none" where the scope is a root; empty where the site is refused or
	// asks for nothing.
	Context string
	// Refused is why the site is not instrumented; empty if it is.
	Refused string
}

// A Listing is what List has found.
type Listing struct {
	Sites []SiteInfo // by file and position
	// Untyped is why types could not be had: the list then says what can be told from the source alone. It
	// is nil if they could.
	Untyped error
	// Diagnostics are what Generate would report, sorted.
	Diagnostics []scopes.Diagnostic
	// Unlisted are those of Diagnostics that say why the sites of a file cannot be told.
	Unlisted []scopes.Diagnostic
}

// List lists the sites of the packages that patterns name, and all that Generate would refuse.
func List(dir string, patterns []string) (*Listing, error) {
	g := emptyGeneration()
	if err := g.scan(dir, patterns, scopes.MayHold); err != nil {
		return nil, err
	}
	listing := &Listing{Untyped: g.instrument()}
	for _, path := range g.paths() {
		if c := g.files[path]; c.found != nil {
			listing.Sites = append(listing.Sites, c.sites(g.fset)...)
		}
	}
	listing.Diagnostics = scopes.SortDiagnostics(g.diagnostics)
	for _, d := range listing.Diagnostics {
		if c := g.files[d.Position.Filename]; c != nil && c.found == nil {
			listing.Unlisted = append(listing.Unlisted, d)
		}
	}
	return listing, nil
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
				Doc:      firstSentence(s.Func),
			}
			for _, a := range d.Attrs {
				info.Keys = append(info.Keys, a.Key)
			}
			if len(s.Diagnostics) > 0 {
				info.Refused = s.Diagnostics[0].Message
			} else if s.Instruments() {
				info.Refused = c.broken
			}
			if info.Refused == "" && d.Verb != scopes.Ignore {
				info.Context = c.origin(s)
			}
			out = append(out, info)
		}
	}
	return out
}

// origin tells where the context of a site comes from.
func (c *candidate) origin(s *scopes.Site) string {
	if origin, typed := c.origins[s]; typed || s.Func == nil || s.Block != nil {
		return origin.String()
	}
	return syntacticOrigin(c.syntax, s.Func)
}

// firstSentence returns the first sentence of a function's doc comment, as go doc shows it in lists.
func firstSentence(fn *ast.FuncDecl) string {
	if fn == nil {
		return ""
	}
	return new(doc.Package).Synopsis(fn.Doc.Text())
}

// functionName returns the name of a function as stack traces have it, without the package.
func functionName(fn *ast.FuncDecl) string {
	if fn == nil {
		return ""
	}
	switch receiver, pointer := receiverName(fn); {
	case receiver == "":
		return fn.Name.Name
	case pointer:
		return "(*" + receiver + ")." + fn.Name.Name
	default:
		return receiver + "." + fn.Name.Name
	}
}

// receiverName returns the name of the type that a method is declared on, and whether on its pointer. It is empty
// for a function.
func receiverName(fn *ast.FuncDecl) (name string, pointer bool) {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return "", false
	}
	for t := fn.Recv.List[0].Type; ; {
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
			return x.Name, pointer
		default:
			return "", false
		}
	}
}
