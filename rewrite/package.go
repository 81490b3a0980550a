package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/teleinstr/teleinstr/scopes"
)

// A File is a Go file of a package, without generated code.
type File struct {
	Path   string
	Src    []byte
	Syntax *ast.File
	Found  *scopes.Result
	// Origins is where the context of each site comes from; [Package.edits] fills it in.
	Origins map[*scopes.Site]string
}

// A Package is a type-checked package, in one build configuration, with all its files.
type Package struct {
	Fset  *token.FileSet
	Types *types.Package
	Info  *types.Info
	Files []*File
	// OtherNames are the names declared in files of the package's directory that this configuration
	// leaves out.
	OtherNames map[string]bool
}

func (p *Package) diagnostic(pos token.Pos, subject, format string, args ...any) scopes.Diagnostic {
	return scopes.Diagnostic{
		Position: p.Fset.PositionFor(pos, false), Pos: pos, Subject: subject, Message: fmt.Sprintf(format, args...),
	}
}

// A fileEdits is what is to be put into one file; a printer puts it there.
type fileEdits struct {
	fset       *token.FileSet
	src        []byte
	syntax     *ast.File
	importName string // under which to import the runtime package; empty if a person has done it
	functions  []*functionEdit
}

func (f *fileEdits) offset(pos token.Pos) int { return f.fset.PositionFor(pos, false).Offset }

// A functionEdit is what is to be put into one function.
type functionEdit struct {
	decl       *ast.FuncDecl
	statements string // to run first, formatted, without indentation
	signature  []splice
	renamings  []renaming
}

// edits works out the edits of a file. A site with diagnostics gets none; what this finds wrong with a
// site is added to its diagnostics.
func (p *Package) edits(file *File) *fileEdits {
	f := &fileEdits{fset: p.Fset, src: file.Src, syntax: file.Syntax}
	var sites []*scopes.Site
	var functions []*ast.FuncDecl
	for _, s := range file.Found.Sites {
		if s.Block != nil && len(s.Diagnostics) == 0 {
			d := s.Directives[0]
			s.Diagnostics = append(s.Diagnostics, p.diagnostic(d.Pos, d.Subject(), "stands in a block, which this version does not instrument; move it into the doc comment of a function"))
		}
		if len(s.Diagnostics) == 0 && s.Instruments() {
			sites, functions = append(sites, s), append(functions, s.Func)
		}
	}
	name, isNew := p.runtimeImport(file, functions)
	for _, s := range sites {
		fn := p.newFunction(f, s, name)
		file.Origins[s] = fn.origin()
		if e := fn.edit(); len(s.Diagnostics) == 0 {
			f.functions = append(f.functions, e)
		}
	}
	if isNew && len(f.functions) > 0 {
		f.importName = name
	}
	return f
}
