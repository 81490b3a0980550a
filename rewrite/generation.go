package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// A generation is one run over a set of files.
type generation struct {
	fset  *token.FileSet
	files map[string]*candidate // by path
	// failed are the directories in which something is refused.
	failed      map[string]bool
	diagnostics []scopes.Diagnostic
	notices     map[string]bool
	footprint   Footprint
	// changed are files that are to be taken as they would be, by path.
	changed map[string]Change
	// ready makes sure that the package can import what generated code needs.
	ready func(*loaded) error
	// wants reports whether a file, whose sites are found, is of interest.
	wants func(*candidate) bool
	// spare takes out of the files of a package, before it is type-checked, what need not be; nil leaves all.
	spare func(*loaded, []*ast.File)
	// print puts the edits of a file into it, and finish looks at a package whose files have theirs.
	print  func(*candidate, *fileEdits)
	finish func(*loaded, *typedPackage) error
	// doesNotLoad is told why files cannot be loaded, and doesNotCompile why a package is left alone. An error ends the run.
	doesNotLoad    func([]*candidate, error) error
	doesNotCompile func(*loaded, []scopes.Diagnostic)
}

func (g *generation) scan(dir string, patterns []string, ofInterest func(src []byte) bool) error {
	scanned, err := scopes.Scan(dir, patterns, ofInterest)
	if err != nil {
		return err
	}
	g.footprint = Footprint{Trees: scanned.Trees, Directories: scanned.Directories, Complete: scanned.Complete}
	for _, source := range scanned.Sources {
		if c, changed := g.changed[source.Path]; changed {
			source.Src = c.New
		}
		g.add(source)
	}
	return nil
}

// emptyGeneration returns a generation that works out edits, and prints them nowhere.
func emptyGeneration() *generation {
	g := &generation{fset: token.NewFileSet(), files: map[string]*candidate{}, failed: map[string]bool{}, notices: map[string]bool{}}
	g.wants = (*candidate).instruments
	g.ready, g.finish = func(*loaded) error { return nil }, func(*loaded, *typedPackage) error { return nil }
	g.print = func(*candidate, *fileEdits) {}
	g.doesNotLoad = func(_ []*candidate, err error) error { return err }
	g.doesNotCompile = func(l *loaded, diagnostics []scopes.Diagnostic) {
		g.fail(l.candidates[0].path, diagnostics...)
		for _, c := range l.candidates {
			c.broken = "the package does not compile: " + reason(diagnostics[0])
		}
	}
	return g
}

// add takes a file up, without the code that was generated into it before.
func (g *generation) add(source scopes.Source) {
	c := &candidate{path: source.Path, old: source.Src, new: source.Src}
	g.files[c.path] = c
	src, cuts, diagnostics := strip(c.path, c.old)
	if diagnostics != nil {
		g.fail(c.path, diagnostics...)
		return
	}
	c.src, c.cuts, c.new = src, cuts, src
}

// find parses the file and finds its sites. It reports whether the file is of interest.
func (g *generation) find(c *candidate) bool {
	if c.src == nil {
		return false
	}
	syntax, diagnostics := scopes.Parse(g.fset, c.path, c.src)
	if diagnostics != nil {
		g.fail(c.path, c.restore(diagnostics)...)
		return false
	}
	c.syntax, c.found = syntax, scopes.Find(g.fset, syntax, c.src)
	if isVendored(c.path) {
		g.refuseAll(c, scopes.RulePlacement, "the file is vendored; instrument it in its own module")
		return false
	}
	if diagnostics := c.found.Diagnostics(); len(diagnostics) > 0 {
		g.fail(c.path, c.restore(diagnostics)...)
	}
	return g.wants(c)
}

func (g *generation) fail(path string, diagnostics ...scopes.Diagnostic) {
	g.failed[filepath.Dir(path)] = true
	g.diagnostics = append(g.diagnostics, diagnostics...)
}

// paths returns the paths of the candidates in order.
func (g *generation) paths() []string { return slices.Sorted(maps.Keys(g.files)) }

// isVendored reports whether a file belongs to a vendor directory.
func isVendored(path string) bool {
	return strings.Contains(filepath.ToSlash(path), "/vendor/")
}

// instrument finds the sites and puts code into the files that have some: first those that the build
// configuration of the environment takes in, then the others, each in one that does.
func (g *generation) instrument() error {
	var pending []*candidate
	for _, path := range g.paths() {
		if c := g.files[path]; g.find(c) {
			pending = append(pending, c)
		}
	}
	inEnvironment := func(*candidate) (configuration, []string, bool) { return configuration{}, nil, true }
	inOther := func(c *candidate) (configuration, []string, bool) {
		other, ok := configurationFor(c.path, c.syntax)
		return other, nil, ok && !slices.Contains(strings.Split(other.tags, ","), "ignore")
	}
	// The go command takes files that it is given by name whatever their constraints: by convention, ignore
	// keeps programs out that share their directory with a package.
	byName := func(c *candidate) (configuration, []string, bool) { return configuration{}, []string{c.path}, true }
	for _, how := range []func(*candidate) (configuration, []string, bool){inEnvironment, inOther, byName} {
		if err := g.instrumentAll(pending, how); err != nil {
			return err
		}
		pending = slices.DeleteFunc(pending, func(c *candidate) bool { return c.planned })
	}
	for _, c := range pending {
		g.refuseAll(c, scopes.RuleUnbuilt, notBuilt)
	}
	return nil
}

// instrumentAll puts code into those of the files that can be loaded in the way that how says: in a
// configuration, with the directory, or with the patterns given instead.
func (g *generation) instrumentAll(files []*candidate, how func(*candidate) (configuration, []string, bool)) error {
	type key struct {
		root string
		configuration
		alone string
	}
	requests, requested := map[key]*request{}, map[key][]*candidate{}
	var order []key
	for _, c := range files {
		dir := filepath.Dir(c.path)
		root, err := moduleRoot(dir)
		if err != nil {
			if err := g.doesNotLoad([]*candidate{c}, err); err != nil {
				return err
			}
			continue
		}
		config, patterns, ok := how(c)
		if !ok {
			continue
		}
		k := key{root, config, strings.Join(patterns, " ")}
		if patterns == nil {
			patterns = []string{dir}
		}
		r := requests[k]
		if r == nil {
			r = &request{dir: root, configuration: config}
			requests[k], order = r, append(order, k)
		}
		requested[k] = append(requested[k], c)
		r.tests = r.tests || strings.HasSuffix(c.path, "_test.go")
		for _, p := range patterns {
			if !slices.Contains(r.patterns, p) {
				r.patterns = append(r.patterns, p)
			}
		}
	}
	for _, k := range order {
		pkgs, err := g.load(*requests[k])
		if err == nil {
			g.footprint.Modules = append(g.footprint.Modules, k.root)
			g.footprint.addPackages(pkgs)
			err = g.instrumentPackages(pkgs)
		}
		if err == nil {
			continue
		}
		if err := g.doesNotLoad(requested[k], err); err != nil {
			return err
		}
	}
	return nil
}

// load loads packages. To the go command, generated code is but an import more, until that is not to be had: then it is
// shown the files without.
func (g *generation) load(r request) ([]*loaded, error) {
	pkgs, err := load(r)
	if err == nil && !slices.ContainsFunc(pkgs, (*loaded).anyErrors) {
		return pkgs, nil
	}
	if r.overlay = g.overlay(); len(r.overlay) == 0 {
		return pkgs, err
	}
	return load(r)
}

// overlay returns the files that hold generated code, without it.
func (g *generation) overlay() map[string][]byte {
	overlay := map[string][]byte{}
	for path, c := range g.files {
		if c.src != nil && !bytes.Equal(c.src, c.old) {
			overlay[path] = c.src
		}
	}
	return overlay
}

// instrumentPackages puts code into those files of packages that no load before had.
func (g *generation) instrumentPackages(pkgs []*loaded) error {
	var concerned []*loaded
	for _, l := range pkgs {
		l.candidates = g.take(l)
		if slices.ContainsFunc(l.candidates, g.wants) {
			concerned = append(concerned, l)
		}
	}
	if len(concerned) == 0 {
		return nil
	}
	if err := concerned[0].world.prepare(concerned); err != nil {
		return err
	}
	for _, l := range concerned {
		if err := g.instrumentPackage(l); err != nil {
			return err
		}
	}
	return nil
}

// take returns the candidates in a package that no package before it had.
func (g *generation) take(l *loaded) []*candidate {
	var mine []*candidate
	for _, path := range l.GoFiles {
		if c := g.files[path]; c != nil && c.found != nil && !c.planned {
			c.planned = true
			mine = append(mine, c)
		}
	}
	return mine
}

// instrumentPackage puts code into the candidates of a package.
func (g *generation) instrumentPackage(l *loaded) error {
	if l.belowRuntime() {
		for _, c := range l.candidates {
			g.refuseAll(c, scopes.RulePlacement, "the runtime package depends on this one, so that generated code would import it in a cycle; take the directive out")
		}
		return nil
	}
	if err := g.ready(l); err != nil {
		return err
	}
	p, diagnostics := g.check(l)
	if len(diagnostics) > 0 {
		g.doesNotCompile(l, diagnostics)
		return nil
	}
	p.OtherNames = otherNames(l.Package)
	g.edit(p, l.candidates)
	return g.finish(l, p)
}

// edit works out the edits of the candidates in a package, and prints those of files in which nothing is refused.
func (g *generation) edit(p *typedPackage, candidates []*candidate) {
	for _, c := range candidates {
		before := len(c.found.Diagnostics())
		c.origins = map[*scopes.Site]origin{}
		edits := p.edits(&sourceFile{Path: c.path, Src: c.src, Syntax: c.syntax, Found: c.found, Origins: c.origins})
		c.hints = edits.hints
		if all := c.found.Diagnostics(); len(all) > before {
			g.fail(c.path, c.restore(all)...)
			continue
		}
		g.print(c, edits)
	}
}

// check type-checks a package, without generated code.
func (g *generation) check(l *loaded) (*typedPackage, []scopes.Diagnostic) {
	if diagnostics := listErrors(l.Package); len(diagnostics) > 0 {
		return nil, diagnostics
	}
	var syntax []*ast.File
	for _, path := range l.GoFiles {
		if c := g.files[path]; c != nil && c.syntax != nil {
			syntax = append(syntax, c.syntax)
			continue
		}
		file, diagnostics := parse(g.fset, path, l.world.read)
		if diagnostics != nil {
			return nil, diagnostics
		}
		syntax = append(syntax, file)
	}
	if g.spare != nil {
		g.spare(l, syntax)
	}
	p, diagnostics := l.check(g.fset, syntax, g.spare != nil)
	return p, g.restore(diagnostics)
}

// refuseAll refuses the sites of a file that are not refused yet.
func (g *generation) refuseAll(c *candidate, rule scopes.Rule, message string) {
	for _, s := range c.found.Sites {
		if len(s.Diagnostics) > 0 || !s.Instruments() {
			continue
		}
		d := s.Directives[0]
		s.Diagnostics = append(s.Diagnostics, scopes.Diagnostic{
			Position: g.fset.PositionFor(d.Pos, false), Subject: d.Subject(), Message: message, Rule: rule,
		})
		g.fail(c.path, c.restore(s.Diagnostics)...)
	}
}

func (g *generation) result() *Result {
	r := &Result{Diagnostics: scopes.SortDiagnostics(g.diagnostics), Notices: slices.Sorted(maps.Keys(g.notices)), footprint: g.footprint}
	for _, path := range g.paths() {
		c := g.files[path]
		if !g.failed[filepath.Dir(path)] && !bytes.Equal(c.old, c.new) {
			r.Changes = append(r.Changes, Change{c.path, c.old, c.new})
		}
	}
	return r
}

// restore moves diagnostics of any file.
func (g *generation) restore(diagnostics []scopes.Diagnostic) []scopes.Diagnostic {
	out := slices.Clone(diagnostics)
	for i := range out {
		if c := g.files[out[i].Position.Filename]; c != nil {
			out[i] = c.restoreDiagnostic(out[i])
		}
	}
	return out
}

// notBuilt is said of files that no load takes in.
const notBuilt = "no build configuration takes this file in; mend its build constraints"

// reason returns what a diagnostic says without its remedy.
func reason(d scopes.Diagnostic) string {
	reason, _, _ := strings.Cut(d.Message, "; ")
	return reason
}
