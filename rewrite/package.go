package rewrite

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/teleinstr/teleinstr/scopes"
)

// A sourceFile is a Go file of a package, without generated code.
type sourceFile struct {
	Path   string
	Src    []byte
	Syntax *ast.File
	Found  *scopes.Result
	// Origins is where the context of each site comes from; [typedPackage.edits] fills it in.
	Origins map[*scopes.Site]origin
}

// A typedPackage is a type-checked package, in one build configuration, with all its files.
type typedPackage struct {
	Fset   *token.FileSet
	Types  *types.Package
	Info   *types.Info
	Syntax []*ast.File
	// Context is the interface type of context.Context; nil if the package cannot know it.
	Context *types.Interface
	// OtherNames are the names declared in files of the package's directory that this configuration
	// leaves out.
	OtherNames map[string]bool

	reached map[*types.Func]bool // see finders
}

func (p *typedPackage) diagnostic(rule scopes.Rule, pos token.Pos, subject, format string, args ...any) scopes.Diagnostic {
	return scopes.Diagnostic{
		Position: p.Fset.PositionFor(pos, false), Subject: subject, Message: fmt.Sprintf(format, args...), Rule: rule,
	}
}

// A fileEdits is what is to be put into one file; a printer puts it there.
type fileEdits struct {
	fset       *token.FileSet
	src        []byte
	syntax     *ast.File
	importName string      // under which to import the runtime package; empty if a person has done it
	functions  []*function // by position of their bodies
	extra      []insertion // for the same-line form
	hints      []scopes.Diagnostic

	known        map[*ast.BlockStmt]*function
	declarations map[ast.Node]*declaration
}

// A declaration is what the functions in one top-level declaration share.
type declaration struct {
	taken    map[string]bool
	assigned map[types.Object]bool
}

func (f *fileEdits) offset(pos token.Pos) int { return f.fset.PositionFor(pos, false).Offset }

func (f *fileEdits) declaration(p *typedPackage, root ast.Node) (taken map[string]bool, assigned map[types.Object]bool) {
	d := f.declarations[root]
	if d == nil {
		d = &declaration{identifiers(root), assignedIn(root, p.Info)}
		f.declarations[root] = d
	}
	return d.taken, d.assigned
}

// edits works out the edits of a file. A site with diagnostics gets none; what this finds wrong with a
// site is added to its diagnostics.
func (p *typedPackage) edits(file *sourceFile) *fileEdits {
	f := &fileEdits{
		fset: p.Fset, src: file.Src, syntax: file.Syntax,
		known: map[*ast.BlockStmt]*function{}, declarations: map[ast.Node]*declaration{},
	}
	var sites []*scopes.Site
	var paths [][]ast.Node
	for _, s := range file.Found.Sites {
		if len(s.Diagnostics) == 0 && s.Instruments() {
			sites, paths = append(sites, s), append(paths, pathTo(file.Syntax, s))
		}
	}
	name, isNew := p.runtimeImport(file, paths)
	// All functions come first, so that each knows what the others are going to capture.
	var functions []*function
	for i, s := range sites {
		fn := p.newFunction(f, paths[i], name)
		for _, d := range s.Directives {
			fn.take(d)
		}
		functions = append(functions, fn)
	}
	var all []*site
	for i, s := range sites {
		all = append(all, newSite(functions[i], s, paths[i]))
	}
	for _, st := range all {
		st.all = all
		file.Origins[st.Site] = st.instrument()
	}
	if isNew && len(sites) > 0 {
		f.importName = name
	}
	slices.SortFunc(f.functions, func(a, b *function) int { return cmp.Compare(a.body.Lbrace, b.body.Lbrace) })
	return f
}

// pathTo returns the nodes from the declaration that holds a site down to the body or block it covers.
func pathTo(file *ast.File, s *scopes.Site) []ast.Node {
	if s.Block == nil {
		return []ast.Node{s.Func}
	}
	var path []ast.Node
	for _, decl := range file.Decls {
		if decl.Pos() > s.Block.Pos() || s.Block.Pos() >= decl.End() {
			continue
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if n == nil || n.Pos() > s.Block.Pos() || n.End() < s.Block.End() {
				return false
			}
			path = append(path, n)
			return n != s.Block
		})
	}
	return path
}
