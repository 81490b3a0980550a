package rewrite

import (
	"maps"
	"slices"

	"golang.org/x/tools/go/packages"
)

// A Footprint is what a result follows from, beside its arguments, the go command's settings, and modules in the module cache.
type Footprint struct {
	// Trees and Directories are where Go files were looked for, with all below and without.
	Trees, Directories []string
	// Modules are the directories of the modules that packages were loaded from.
	Modules []string
	// Packages are the directories of all packages that people edit, loaded or imported.
	Packages []string
	// Complete says that this is all.
	Complete bool
}

// addPackages adds the directories of packages of the main modules, and of modules replaced by directories.
func (f *Footprint) addPackages(pkgs []*loaded) {
	dirs := editedDirectories(pkgs)
	for _, dir := range f.Packages {
		dirs[dir] = true
	}
	f.Packages = slices.Sorted(maps.Keys(dirs))
}

// editedDirectories returns the directories of packages that belong to main modules, or to modules replaced by
// directories.
func editedDirectories(pkgs []*loaded) map[string]bool {
	dirs := map[string]bool{}
	packages.Visit(packagesOf(pkgs), nil, func(p *packages.Package) {
		replaced := p.Module != nil && p.Module.Replace != nil && p.Module.Replace.Version == "" && p.Module.Path != RuntimeModule
		if (isMain(p) || replaced) && p.Dir != "" && !isTestMain(p) {
			dirs[p.Dir] = true
		}
	})
	return dirs
}

// From returns what the result follows from. It reports false if it may follow from more, as what is refused does.
func (r *Result) From() (Footprint, bool) {
	return r.footprint, r.footprint.Complete && len(r.Changes)+len(r.Diagnostics)+len(r.Notices) == 0
}

// From returns what the result follows from. It reports false if it may follow from more, as why packages do not load does.
func (r *LintResult) From() (Footprint, bool) {
	return r.footprint, r.footprint.Complete && len(r.Changes)+len(r.Untyped) == 0
}
