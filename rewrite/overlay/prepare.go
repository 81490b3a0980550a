package overlay

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/rewrite/cache"
	"github.com/teleinstr/teleinstr/scopes"
)

// Options say what to prepare.
type Options struct {
	// Args is a command line of the go command, without go itself.
	Args []string
	// Dir is the working directory, by the name that the user knows it by.
	Dir string
	// Cache is the directory to have a cache in; that of the go command if it is empty.
	Cache string
	// Version tells versions of teleinstr apart: they may give the same source other code.
	Version string
	// Toolexec is the start of a command line that runs [Toolexec] with the arguments behind it.
	Toolexec []string
	// Fresh asks for the changes, which are not known where an overlay from the cache will do.
	Fresh bool
}

// A Plan is what is to be run, and what came of the source.
type Plan struct {
	*CommandLine
	// Args is the command line for the go command.
	Args []string
	// Sites is the number of sites that are instrumented.
	Sites int
	// Diagnostics are the reasons of what is refused. With any, there are no Args.
	Diagnostics []scopes.Diagnostic
	// Uncompiled says why packages with directives are left as they are. The go command is expected to
	// fail for the same reason; if it does not, what it has built is not what was asked for.
	Uncompiled []scopes.Diagnostic
	// Refused says that the go command is going to refuse the command line before it builds anything.
	Refused bool
	// Changes are what the go command is to see in files, if Options.Fresh is set.
	Changes []rewrite.Change
}

// Prepare works out how to run a command line of the go command over an overlay.
func Prepare(o Options) (*Plan, error) {
	c, err := ParseCommandLine(o.Args)
	if err != nil {
		return nil, err
	}
	p := &preparation{Options: o, CommandLine: c}
	if c.Chdir != "" {
		// The go command then knows its directory by the name that the system has for it.
		if p.Dir, err = filepath.EvalSymlinks(absolute(o.Dir, c.Chdir)); err != nil {
			return nil, fmt.Errorf("-C: %w", err)
		}
	}
	if err := p.read(); err != nil {
		return nil, err
	}
	p.cache = cache.Open(o.Cache, p.env.Environment)
	if err := p.cache.Trim(time.Now()); err != nil {
		return nil, fmt.Errorf("the cache of overlays: %w; set TELEINSTR_CACHE to a directory that can be written to", err)
	}
	in, err := p.inputs()
	if err != nil {
		return nil, err
	}
	r, ok := p.recall(in.Key())
	if !ok && p.modules.vendor != "" && !p.consistent() {
		return &Plan{CommandLine: c, Args: p.With(nil), Refused: true}, nil
	}
	var changes []rewrite.Change
	if !ok || o.Fresh {
		var overlay *rewrite.Overlay
		if r, overlay, err = p.workOut(); err != nil {
			return nil, err
		}
		if len(overlay.Diagnostics) > 0 {
			return &Plan{CommandLine: c, Diagnostics: overlay.Diagnostics, Changes: overlay.Changes}, nil
		}
		changes = overlay.Changes
		if err := p.rememberIfSafe(in, r, overlay); err != nil {
			return nil, err
		}
	}
	return &Plan{CommandLine: c, Args: p.args(r), Sites: r.Sites, Uncompiled: r.Uncompiled, Changes: changes}, nil
}

// A preparation is what Prepare knows.
type preparation struct {
	Options
	*CommandLine
	cache   *cache.Dir
	env     *environment
	files   fileMap // the caller's overlay
	modules *modules
}

func (p *preparation) read() (err error) {
	if p.env, err = readEnvironment(p.Dir); err != nil {
		return err
	}
	name, _ := p.env.lookup(p.CommandLine, "overlay")
	if p.files, err = readFileMap(name, p.Dir); err != nil {
		return err
	}
	p.modules, err = readModules(p.env, p.CommandLine, p.Dir, p.files)
	return err
}

// rememberIfSafe keeps a record, unless it may not be what its key says. What lies where nobody looks for changes, in a
// directory with a dot in front for example, could change unnoticed; why a package does not compile may have
// reasons that are not among the inputs; and a file may have changed between the time when its key was taken and
// when it was read.
func (p *preparation) rememberIfSafe(in *cache.Inputs, r *record, overlay *rewrite.Overlay) error {
	unseen := func(dir string) bool { return !in.Sees(dir) }
	if len(r.Uncompiled) > 0 || slices.ContainsFunc(overlay.Directories, unseen) {
		return nil
	}
	again := preparation{Options: p.Options, CommandLine: p.CommandLine}
	if err := again.read(); err != nil {
		return err
	}
	now, err := again.inputs()
	if err != nil || !in.Same(now) {
		return err
	}
	return p.remember(in.Key(), r)
}

// inputs returns all that the overlay follows from.
func (p *preparation) inputs() (*cache.Inputs, error) {
	in := cache.NewInputs(p.files.read)
	given := []any{p.Version, cache.Hash(runtimeArchive), p.Command, p.Dir, p.Packages, p.BuildFlags(), p.covered(), p.Tests(), p.env, p.files}
	if err := in.Add("given", given); err != nil {
		return nil, err
	}
	var paths, trees []string
	for _, to := range p.files.Replace {
		paths = append(paths, to)
	}
	if p.env.GOWORK != "" {
		paths = append(paths, p.env.GOWORK, p.env.GOWORK+".sum")
		trees = append(trees, cache.LocalReplacements(filepath.Dir(p.env.GOWORK), p.modules.work.Replace)...)
	}
	if p.modules.vendor != "" {
		paths = append(paths, filepath.Join(p.modules.vendor, "modules.txt"))
		trees = append(trees, p.modules.vendor)
	}
	for _, m := range p.modules.main {
		path := m.Syntax.Name
		root := filepath.Dir(path)
		if p.env.GOWORK == "" {
			root = filepath.Dir(p.env.GOMOD) // -modfile may lie anywhere
		}
		paths = append(paths, path, strings.TrimSuffix(path, ".mod")+".sum")
		trees = append(trees, root)
		trees = append(trees, cache.LocalReplacements(root, m.Replace)...)
	}
	if len(p.modules.main) == 0 {
		in.AddDirectory(p.Dir, false) // of the files that are given
	}
	slices.Sort(paths)
	for _, path := range paths {
		in.AddFile(path)
	}
	for _, tree := range trees {
		in.AddTree(tree)
	}
	return in, nil
}

// consistent reports whether the go command takes the vendor directory for what go.mod asks for. It would not look, were that
// replaced.
func (p *preparation) consistent() bool {
	cmd := exec.Command("go", append([]string{"list", "-mod=vendor", "-e", "-find", "-f", ""}, append(p.BuildFlags(), ".")...)...)
	cmd.Dir = p.Dir
	return cmd.Run() == nil
}

// covered returns the patterns of the packages whose coverage is asked for beside those built.
func (p *preparation) covered() []string {
	value, _ := p.env.lookup(p.CommandLine, "coverpkg")
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
}

// A record is what came of a command line, as it is kept in the cache.
type record struct {
	// Overlay is the file for -overlay; empty if there is nothing to put into one.
	Overlay string
	// Files are all files that it names in the cache.
	Files []string
	// Flags are further flags, in front of the caller's.
	Flags []string
	Sites int
	// Uncompiled is not kept.
	Uncompiled []scopes.Diagnostic `json:"-"`
}

// recall looks for a record of the same inputs whose files are all there.
func (p *preparation) recall(key string) (*record, bool) {
	encoded, err := os.ReadFile(p.cache.Path("records/" + key))
	r := new(record)
	if err != nil || json.Unmarshal(encoded, r) != nil {
		return nil, false
	}
	for _, path := range r.Files {
		if !p.cache.Use(path) {
			return nil, false
		}
	}
	return r, p.cache.Use(p.cache.Path("records/" + key))
}

func (p *preparation) remember(key string, r *record) error {
	encoded, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = p.cache.Write("records/"+key, encoded)
	return err
}

// workOut instruments the packages of the build, and writes the overlay.
func (p *preparation) workOut() (*record, *rewrite.Overlay, error) {
	r := new(record)
	files := fileMap{map[string]string{}}
	for path, to := range p.files.Replace {
		files.Replace[path] = to
	}
	if !p.modules.requireRuntime() {
		if err := p.addRuntime(r, files); err != nil {
			return nil, nil, err
		}
	} else if err := p.modules.checkVendored(); err != nil {
		return nil, nil, err
	}
	load := slices.Concat(p.BuildFlags(), r.Flags)
	for _, flag := range []string{"modfile", "mod"} {
		if value, ok := p.Lookup(flag); ok && (flag != "mod" || p.modules.vendor == "") {
			load = append(load, "-"+flag+"="+value)
		}
	}
	modules, err := p.write(r, files)
	if err != nil {
		return nil, nil, err
	}
	overlay, err := rewrite.Instrument(rewrite.Build{
		Dir: p.Dir, Patterns: p.patterns(), Covered: p.covered(), Tests: p.Tests(),
		Flags: append(load, "-overlay="+modules), Environment: []string{"PWD=" + p.Dir}, GOARCH: p.env.GOARCH,
		Read: files.read, Report: p.Command != "vet" && p.Command != "list", Reporters: p.modules.reporters(),
	})
	if err != nil {
		return nil, nil, err
	}
	for path := range files.Replace {
		if filepath.Ext(path) == ".mod" && overlay.Embeds(path) {
			return nil, nil, fmt.Errorf("%s: is embedded, and an overlay would change what is embedded; require the runtime package (go get %s) to do without one", path, rewrite.RuntimePath)
		}
	}
	r.Sites, r.Uncompiled = overlay.Sites, overlay.Uncompiled
	if len(overlay.Changes) == 0 {
		r.Overlay, r.Files, r.Flags = "", nil, nil // the go command as it is
		return r, overlay, nil
	}
	for _, change := range overlay.Changes {
		path, err := p.cache.Put(change.New, filepath.Base(change.Path))
		if err != nil {
			return nil, nil, err
		}
		files.Replace[change.Path] = path
		r.Files = append(r.Files, path)
	}
	if r.Overlay, err = p.write(r, files); err != nil {
		return nil, nil, err
	}
	return r, overlay, nil
}

func (p *preparation) patterns() []string {
	if len(p.Packages) == 0 {
		return []string{"."}
	}
	return p.Packages
}

// addRuntime makes the runtime package part of the build.
func (p *preparation) addRuntime(r *record, files fileMap) error {
	dir, extracted, err := extractRuntime(p.cache)
	if err != nil {
		return err
	}
	r.Files = append(r.Files, extracted...)
	added, err := p.modules.addRuntime(p.env, p.Dir, dir)
	if err != nil {
		return err
	}
	for path, contents := range added {
		backing, err := p.cache.Put(contents, filepath.Base(path))
		if err != nil {
			return err
		}
		files.Replace[path] = backing
		r.Files = append(r.Files, backing)
	}
	if p.modules.vendor != "" {
		r.Flags = append(r.Flags, "-mod=readonly")
	}
	return nil
}

// write stores an overlay and returns its path.
func (p *preparation) write(r *record, files fileMap) (string, error) {
	path, err := p.cache.Put(files.encode(), "overlay.json")
	r.Files = append(r.Files, path)
	return path, err
}

// args returns the command line for the go command.
func (p *preparation) args(r *record) []string {
	if r.Overlay == "" {
		return p.With(nil)
	}
	flags := append([]string{"-overlay=" + r.Overlay}, r.Flags...)
	without := []string{"overlay"}
	if p.modules.vendor != "" && slices.Contains(r.Flags, "-mod=readonly") {
		without = append(without, "mod")
	}
	if p.wantsCoverage() {
		user, _ := p.env.lookup(p.CommandLine, "toolexec")
		flags = append(flags, "-toolexec="+toolexecFlag(p.Toolexec, r.Overlay, user))
		without = append(without, "toolexec")
	}
	return p.With(flags, without...)
}

// wantsCoverage reports whether the go command is going to count coverage.
func (p *preparation) wantsCoverage() bool {
	for _, flag := range []string{"cover", "covermode", "coverprofile", "coverpkg"} {
		if value, ok := p.env.lookup(p.CommandLine, flag); ok && value != "false" {
			return true
		}
	}
	return false
}
