package rewrite

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/scopes"
)

// A Build says what the go command is going to build. Environment and flags are those of the build, so that what is
// compiled to learn of types is what the build needs.
type Build struct {
	// Dir is where the go command runs.
	Dir string
	// Patterns are the packages, or the files of one package.
	Patterns []string
	// Covered are further packages, whose coverage is asked for.
	Covered []string
	// Tests says that the tests of the packages are built as well.
	Tests bool
	// Flags are build flags. An overlay among them is what the overlay worked out is to be on top of.
	Flags []string
	// Environment are additions to the environment.
	Environment []string
	// GOARCH is the architecture that the build is for.
	GOARCH string
	// Read reads a file as the go command sees it, through the overlay among the flags.
	Read func(path string) ([]byte, error)
	// Report says that programs are to report what they record when they end, see package autoreport. The
	// tests of a package count as a program if Tests is set.
	Report bool
	// Reporters are those of [ReporterModules] that the modules require.
	Reporters []string
}

// An Overlay is what the go command is to see in place of the files of a build.
type Overlay struct {
	// Changes are the files, by path.
	Changes []Change
	// Sites is the number of sites that are instrumented, generated code on disk included.
	Sites int
	// Diagnostics are the reasons of what is refused, sorted. With any, the build should not be run.
	Diagnostics []scopes.Diagnostic
	// Uncompiled says why packages with directives are left as they are: they do not compile. The go command says
	// so as well if it comes to build them.
	Uncompiled []scopes.Diagnostic
	// Directories are those of all packages in the build that people edit: of the main modules, and of modules replaced
	// by directories.
	Directories []string

	embedded []string // files
}

// Instrument works out the overlay of a build, in the same-line form. Only packages of the main modules are
// looked at, and only those that the build takes in.
func Instrument(b Build) (*Overlay, error) {
	r := request{
		dir: b.Dir, arch: b.GOARCH, patterns: b.Patterns, tests: b.Tests, buildFlags: b.Flags, environment: b.Environment, read: b.Read,
	}
	roots, err := load(r)
	if err != nil {
		return nil, err
	}
	loads := [][]*loaded{roots}
	if len(b.Covered) > 0 {
		r.patterns, r.tests = b.Covered, false
		covered, err := load(r)
		if err != nil {
			return nil, err
		}
		loads = append(loads, covered)
	}
	o := &overlaying{generation: emptyGeneration(), roots: roots, read: map[string]bool{}, reporters: b.Reporters}
	o.generation.print = func(c *candidate, edits *fileEdits) { c.edits = edits }
	// What is printed is not checked: the compiler is going to have a look.
	o.doesNotCompile = func(_ *loaded, diagnostics []scopes.Diagnostic) {
		o.uncompiled = append(o.uncompiled, diagnostics...)
	}
	for _, pkgs := range loads {
		local := o.local(pkgs)
		if err := o.addAll(local); err != nil {
			return nil, err
		}
		if err := o.instrumentPackages(local); err != nil {
			return nil, err
		}
	}
	if b.Report {
		if err := o.report(); err != nil {
			return nil, err
		}
	}
	if err := o.printAll(); err != nil {
		return nil, err
	}
	o.leaveEmbedded(loads)
	return o.finished(), nil
}

type overlaying struct {
	*generation
	roots      []*loaded
	read       map[string]bool // files that have been
	uncompiled []scopes.Diagnostic
	reporters  []string
}

// local returns the packages of the main modules among those loaded and what they import, by ID.
func (o *overlaying) local(roots []*loaded) []*loaded {
	var out []*loaded
	packages.Visit(packagesOf(roots), nil, func(p *packages.Package) {
		if isMain(p) && !isTestMain(p) {
			out = append(out, &loaded{Package: p, world: roots[0].world}) // those of one load share it
		}
	})
	slices.SortFunc(out, func(a, b *loaded) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// isTestMain reports whether p is the main package that the go command makes up for tests.
func isTestMain(p *packages.Package) bool {
	return strings.HasSuffix(p.ID, ".test") && p.Name == "main"
}

// addAll takes up the files that may hold directives.
func (o *overlaying) addAll(pkgs []*loaded) error {
	for _, l := range pkgs {
		for _, path := range l.GoFiles {
			if o.read[path] {
				continue
			}
			o.read[path] = true
			src, err := l.world.read(path)
			if err != nil {
				return err
			}
			if scopes.MayHold(src) {
				o.add(scopes.Source{Path: path, Src: src})
				o.find(o.files[path])
			}
		}
	}
	return nil
}

// printAll prints the edits of all files. Generated code on disk is as good as that of an overlay, if
// it is up to date.
func (o *overlaying) printAll() error {
	for _, path := range o.paths() {
		c := o.files[path]
		if c.edits != nil && (strings.Contains(path, endComment) || strings.ContainsAny(path, "\r\n")) {
			return fmt.Errorf("%s: a line directive cannot hold a path with %s or a line end in it, so that positions would be lost; rename the directory", path, endComment)
		}
		if len(c.cuts) == 0 {
			if c.edits != nil && !c.edits.isEmpty() {
				c.new = apply(c.src, printSameLine(c.edits))
			}
			continue
		}
		inPlace := c.src
		if c.edits != nil {
			inPlace = apply(c.src, printInPlace(c.edits))
		}
		if !bytes.Equal(inPlace, c.old) {
			o.fail(path, scopes.Diagnostic{
				Position: c.positionOf(c.cuts[0].start),
				Message:  "generated code is not up to date; run teleinstr generate, or teleinstr strip to leave it to the overlay",
			})
		}
		if c.new = c.old; c.onDisk != nil {
			c.new = apply(c.old, printSameLine(c.onDisk))
		}
	}
	return nil
}

func (f *fileEdits) isEmpty() bool {
	return f.importName == "" && len(f.functions) == 0 && len(f.extra) == 0
}

func (o *overlaying) finished() *Overlay {
	r := o.result()
	out := &Overlay{Changes: r.Changes, Diagnostics: r.Diagnostics, Uncompiled: scopes.SortDiagnostics(o.uncompiled)}
	for _, path := range o.paths() {
		out.Sites += o.files[path].instrumented()
	}
	out.Directories = slices.Sorted(maps.Keys(editedDirectories(o.roots)))
	for _, l := range o.local(o.roots) {
		out.embedded = append(out.embedded, l.EmbedFiles...)
	}
	return out
}

// leaveEmbedded refuses to change files that the build embeds: the go command would embed what the overlay has in
// their place. Where only a report is lost by it, they are left as they are.
func (o *overlaying) leaveEmbedded(loads [][]*loaded) {
	for _, pkgs := range loads {
		for _, l := range o.local(pkgs) {
			for _, path := range l.EmbedFiles {
				c := o.files[path]
				if c == nil || bytes.Equal(c.new, c.old) {
					continue
				}
				c.new = c.old
				if c.instrumented() > 0 {
					o.refuseAll(c, scopes.RulePlacement, "the file is embedded by "+l.PkgPath+", and an overlay would change what is embedded; use teleinstr generate, or embed other files only")
				}
			}
		}
	}
}

// Embeds reports whether a package in the build embeds the file.
func (o *Overlay) Embeds(path string) bool { return slices.Contains(o.embedded, path) }

func packagesOf(pkgs []*loaded) []*packages.Package {
	var out []*packages.Package
	for _, l := range pkgs {
		out = append(out, l.Package)
	}
	return out
}

// instrumented returns the number of sites that code was put at.
func (c *candidate) instrumented() int {
	n := 0
	if c.edits != nil {
		for _, s := range c.found.Sites {
			if s.Instruments() && len(s.Diagnostics) == 0 {
				n++
			}
		}
	}
	return n
}
