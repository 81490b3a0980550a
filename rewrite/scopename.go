package rewrite

import (
	"fmt"
	"go/ast"
	"os"
	pathpkg "path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	modulepath "golang.org/x/mod/module"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// scopeName derives the name of a function's scope from the names of its package, its receiver's type and its own:
// (*HTTPServer).ServeHTTP of package orders gives orders.http_server.serve_http. It depends on nothing else, so that
// RemoveAnnotations can tell a name that a person has changed. An error says of which of the names nothing is left.
func scopeName(pkg string, fn *ast.FuncDecl) (string, error) {
	names := []string{pkg}
	if receiver, _ := receiverName(fn); receiver != "" {
		names = append(names, receiver)
	}
	var segments []string
	for _, name := range append(names, fn.Name.Name) {
		segment := scopename.Suggest(strings.ReplaceAll(name, ".", "_"))
		if segment == "" {
			return "", fmt.Errorf("no scope name can be made of %s, which has no letters from a to z", name)
		}
		segments = append(segments, segment)
	}
	return strings.Join(segments, "."), nil
}

// packageNames are the names of commands by directory: a command is called by what the go command calls its binary,
// the last element of its import path without a major version.
type packageNames map[string]string

// of returns what the package of a file is called in scope names.
func (p packageNames) of(path string, file *ast.File) string {
	name, isTest := strings.CutSuffix(file.Name.Name, "_test")
	if name != "main" {
		return file.Name.Name
	}
	dir := filepath.Dir(path)
	command, known := p[dir]
	if !known {
		command = commandName(dir)
		p[dir] = command
	}
	if isTest {
		return command + "_test"
	}
	return command
}

// commandName returns the name of the command in a directory; main where no go.mod file tells its import path.
func commandName(dir string) string {
	root, err := moduleRoot(dir)
	if err != nil {
		return "main"
	}
	src, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "main"
	}
	below, err := filepath.Rel(root, dir)
	modulePath := modfile.ModulePath(src)
	if err != nil || modulePath == "" {
		return "main"
	}
	importPath, _, _ := modulepath.SplitPathVersion(pathpkg.Join(modulePath, filepath.ToSlash(below)))
	return pathpkg.Base(importPath)
}
