package rewrite

import (
	"go/ast"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// keepNesting passes over the chosen functions whose scope would be a root. It asks those who decide: the files are
// annotated in memory and generated, module by module. A package without types is refused.
func (a *annotator) keepNesting() {
	modules := map[string][]string{} // paths by root
	for _, path := range a.paths() {
		if len(a.chosen[path]) == 0 || a.failed[filepath.Dir(path)] {
			continue
		}
		root, err := moduleRoot(filepath.Dir(path))
		if err != nil {
			a.cannotLoad(path, filepath.Dir(path), err)
			continue
		}
		modules[root] = append(modules[root], path)
	}
	for _, root := range slices.Sorted(maps.Keys(modules)) {
		a.keepNestingIn(root, modules[root])
	}
}

func (a *annotator) keepNestingIn(root string, paths []string) {
	n := emptyGeneration()
	n.doesNotCompile = func(l *loaded, diagnostics []scopes.Diagnostic) {
		for _, c := range l.candidates {
			a.refuseUntyped(c.path, diagnostics...)
		}
	}
	for _, path := range paths {
		n.files[path] = a.inMemory(a.files[path], a.splices(path))
	}
	err := n.instrument()
	for _, path := range paths {
		a.keepNestingOf(n.files[path], root, err)
	}
}

// refuseUntyped passes over the functions of a file of a package that has no types.
func (a *annotator) refuseUntyped(path string, diagnostics ...scopes.Diagnostic) {
	a.passed[hasNoTypes] += len(a.chosen[path])
	a.chosen[path] = nil
	a.diagnostics = append(a.diagnostics, diagnostics...)
}

// inMemory returns the candidate that a file is once the splices are made.
func (a *annotator) inMemory(c *candidate, splices []splice) *candidate {
	cuts := slices.Concat(c.cuts, splices)
	src := apply(c.old, cuts) // and sorts them
	return &candidate{path: c.path, old: c.old, cuts: cuts, src: src, new: src}
}

// keepNestingOf passes over the functions of a file. What the generation of the module ended with, if it could not go
// on, is the reason for the files that it has not come to.
func (a *annotator) keepNestingOf(c *candidate, root string, err error) {
	if len(a.chosen[c.path]) == 0 {
		return // refused
	}
	sites := map[*ast.FuncDecl]*scopes.Site{}
	for _, s := range c.found.Sites {
		if s.Block == nil {
			sites[s.Func] = s
		}
	}
	siteOf := func(f *chosen) *scopes.Site { return sites[c.syntax.Decls[f.decl].(*ast.FuncDecl)] }
	first := a.chosen[c.path][0]
	switch refused := siteOf(first).Diagnostics; {
	case len(refused) > 0:
		a.refuseUntyped(c.path, first.diagnostic(refused[0].Rule, "%s; leave the file out", reason(refused[0])))
		return
	case c.origins == nil:
		a.cannotLoad(c.path, root, err)
		return
	}
	a.chosen[c.path] = slices.DeleteFunc(a.chosen[c.path], func(f *chosen) bool {
		nests := c.origins[siteOf(f)].from != noContext
		if !nests {
			a.passed[hasNoContext]++
		}
		return !nests
	})
}

// cannotLoad refuses a file because of an error, which starts with the directory that it is about. It is told once
// for each directory.
func (a *annotator) cannotLoad(path, about string, err error) {
	first := a.chosen[path][0]
	var told []scopes.Diagnostic
	if dir := filepath.Dir(path); !a.unloaded[dir] {
		a.unloaded[dir] = true
		reason := strings.TrimPrefix(err.Error(), about+": ")
		told = append(told, first.diagnostic(scopes.RuleFunction, "whether it has a context cannot be told without types: %s", reason))
	}
	a.refuseUntyped(path, told...)
}
