package rewrite

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/scopes/calls"
)

// RuntimePath is the import path of the package that generated code calls, and RuntimeModule the path of its module.
const (
	RuntimePath   = calls.RuntimePath
	RuntimeModule = calls.RuntimeModule
)

// runtimeName is the name under which generated code imports it, where that is free.
const runtimeName = "tele"

// importDecls returns the import declarations of a file in order.
func importDecls(file *ast.File) []*ast.GenDecl {
	var decls []*ast.GenDecl
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			decls = append(decls, d)
		}
	}
	return decls
}

// runtimeImport decides under which name the sites of a file reach the runtime package: that of an import a
// person has written, unless a declaration with a site hides it, or else a new one that nothing in
// the file and the package is called.
func (p *typedPackage) runtimeImport(file *sourceFile, paths [][]ast.Node) (name string, isNew bool) {
	for _, spec := range file.Syntax.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err != nil || path != RuntimePath {
			continue
		}
		name := runtimeName
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name != "." && name != "_" && !p.hidden(name, paths) {
			return name, false
		}
	}
	taken := map[string]bool{}
	ast.Inspect(file.Syntax, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !isMember(object(p.Info, id)) {
			taken[id.Name] = true
		}
		return true
	})
	for _, spec := range file.Syntax.Imports {
		if obj := p.Info.Implicits[spec]; obj != nil {
			taken[obj.Name()] = true
		}
	}
	for _, name := range p.Types.Scope().Names() {
		taken[name] = true
	}
	for name := range p.OtherNames {
		taken[name] = true
	}
	return unused(taken, runtimeName, runtimeName+"instr"), true
}

// hidden reports whether one of the declarations that the paths start at calls something other than an import by the name.
func (p *typedPackage) hidden(name string, paths [][]ast.Node) bool {
	for _, path := range paths {
		found := false
		ast.Inspect(path[0], func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				obj := object(p.Info, id)
				if _, isImport := obj.(*types.PkgName); obj != nil && !isImport && !isMember(obj) {
					found = true
				}
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

// otherNames returns those of the names which files of a package's directory declare that are not in this package, and that
// an import may want to have: a name that is free here may be taken under another build constraint, or in a test.
func otherNames(p *packages.Package) map[string]bool {
	names := map[string]bool{}
	paths, _ := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	for _, path := range paths {
		if slices.Contains(p.GoFiles, path) {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(src, []byte(runtimeName)) {
			continue // none of its names is one that generated code wants
		}
		file, _ := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
		if file == nil {
			continue
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names[d.Name.Name] = true
				}
			case *ast.GenDecl:
				addDeclared(names, d)
			}
		}
	}
	return names
}

// addDeclared adds the names of the types, variables and constants that d declares. What else stands in d is left
// out: it may be generated code.
func addDeclared(names map[string]bool, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			names[s.Name.Name] = true
		case *ast.ValueSpec:
			for _, id := range s.Names {
				names[id.Name] = true
			}
		}
	}
}
