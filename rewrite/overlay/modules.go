package overlay

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/teleinstr/teleinstr/rewrite"
)

// modules are the files of the main modules that say what they depend on.
type modules struct {
	files fileMap // as the caller would have them
	work  *modfile.WorkFile
	main  []*modfile.File // by path
	// vendor is the vendor directory that the build goes by; empty if it goes by none.
	vendor string
}

// readModules reads the go.mod files of the main modules, and the go.work file.
func readModules(e *environment, c *CommandLine, dir string, files fileMap) (*modules, error) {
	m := &modules{files: files}
	paths := []string{e.GOMOD}
	root := filepath.Dir(e.GOMOD)
	if e.GOWORK != "" {
		root = filepath.Dir(e.GOWORK)
		src, err := files.read(e.GOWORK)
		if err != nil {
			return nil, err
		}
		if m.work, err = modfile.ParseWork(e.GOWORK, src, nil); err != nil {
			return nil, err
		}
		paths = nil
		for _, use := range m.work.Use {
			paths = append(paths, filepath.Join(absolute(root, filepath.FromSlash(use.Path)), "go.mod"))
		}
	} else if name, ok := e.lookup(c, "modfile"); ok {
		paths[0] = absolute(dir, name)
	}
	for _, path := range paths {
		if path == os.DevNull {
			continue
		}
		src, err := files.read(path)
		if err != nil {
			return nil, err
		}
		file, err := modfile.Parse(path, src, nil)
		if err != nil {
			return nil, err
		}
		m.main = append(m.main, file)
	}
	if vendor := filepath.Join(root, "vendor"); m.isVendored(e, c, vendor) {
		m.vendor = vendor
	}
	return m, nil
}

// isVendored reports whether the go command goes by the vendor directory: see setDefaultBuildMod in
// cmd/go/internal/modload.
func (m *modules) isVendored(e *environment, c *CommandLine, vendor string) bool {
	if mod, ok := e.lookup(c, "mod"); ok {
		return mod == "vendor"
	}
	list, err := m.files.read(filepath.Join(vendor, "modules.txt"))
	if err != nil || len(m.main) == 0 {
		return false
	}
	first, _, _ := bytes.Cut(list, []byte("\n"))
	if m.work != nil {
		return bytes.Contains(first, []byte("## workspace"))
	}
	return m.main[0].Go != nil && atLeast(m.main[0].Go.Version, 1, 14)
}

func atLeast(version string, major, minor int) bool {
	var x, y int
	fmt.Sscanf(version, "%d.%d", &x, &y)
	return x > major || x == major && y >= minor
}

// requireRuntime reports whether a main module is that of the runtime package, or requires it.
func (m *modules) requireRuntime() bool {
	return slices.ContainsFunc(m.main, func(file *modfile.File) bool {
		return file.Module != nil && file.Module.Mod.Path == rewrite.RuntimeModule ||
			slices.ContainsFunc(file.Require, func(r *modfile.Require) bool { return r.Mod.Path == rewrite.RuntimeModule })
	})
}

// reporters returns the modules with reporters that a main module requires.
func (m *modules) reporters() (required []string) {
	for _, module := range rewrite.ReporterModules {
		if slices.ContainsFunc(m.main, func(file *modfile.File) bool {
			return slices.ContainsFunc(file.Require, func(r *modfile.Require) bool { return r.Mod.Path == module })
		}) {
			required = append(required, module)
		}
	}
	return required
}

// checkVendored makes sure that a vendor directory holds what instrumented code imports, if the runtime package comes from
// there.
func (m *modules) checkVendored() error {
	isMain := slices.ContainsFunc(m.main, func(file *modfile.File) bool {
		return file.Module != nil && file.Module.Mod.Path == rewrite.RuntimeModule
	})
	if m.vendor == "" || isMain {
		return nil
	}
	for _, path := range []string{rewrite.RuntimePath, rewrite.AutoreportPath} {
		if _, err := os.Stat(filepath.Join(m.vendor, filepath.FromSlash(path))); err != nil {
			return fmt.Errorf("%s: does not hold %s; run go get -tool %s/cmd/teleinstr and then go mod vendor", m.vendor, path, rewrite.RuntimeModule)
		}
	}
	return nil
}

// addRuntime returns the overlay that adds the module in directory runtime to the main modules.
//
// A vendor directory cannot be added to: the go command reads its modules.txt past any overlay, and go vet
// enters the directories of packages, which must be there. So each vendored module is replaced by its
// own directory in there, with a go.mod from the overlay. Packages keep their paths and positions, and nothing is
// downloaded.
func (m *modules) addRuntime(e *environment, dir, runtime string) (map[string][]byte, error) {
	added := map[string][]byte{}
	vendored, err := m.vendoredModules(added)
	if err != nil {
		return nil, err
	}
	if m.work != nil {
		return added, m.addToWork(added, runtime, vendored)
	}
	var file *modfile.File
	if len(m.main) > 0 {
		file = m.main[0]
	} else {
		// Outside of modules, the go command builds files under this name.
		version := strings.TrimPrefix(e.GOVERSION, "go")
		version, _, _ = strings.Cut(version, " ")
		if file, err = modfile.Parse(filepath.Join(dir, "go.mod"), []byte("module command-line-arguments\n\ngo "+version+"\n"), nil); err != nil {
			return nil, err
		}
	}
	if file.Go == nil {
		if err := file.AddGoStmt("1.16"); err != nil { // what its absence means
			return nil, err
		}
	}
	if err := file.AddRequire(rewrite.RuntimeModule, "v0.0.0"); err != nil {
		return nil, err
	}
	if err := file.AddReplace(rewrite.RuntimeModule, "", runtime, ""); err != nil {
		return nil, err
	}
	if err := m.useVendored(file, vendored); err != nil {
		return nil, err
	}
	return added, addFile(added, file)
}

func addFile(added map[string][]byte, file *modfile.File) error {
	file.Cleanup()
	out, err := file.Format()
	added[file.Syntax.Name] = out
	return err
}

func (m *modules) addToWork(added map[string][]byte, runtime string, vendored []vendoredModule) error {
	if err := m.work.AddUse(runtime, ""); err != nil {
		return err
	}
	for _, v := range vendored {
		if err := m.work.AddReplace(v.Path, "", v.dir, ""); err != nil {
			return err
		}
	}
	m.work.Cleanup()
	added[m.work.Syntax.Name] = modfile.Format(m.work.Syntax)
	if len(vendored) == 0 {
		return nil
	}
	// A go.work file cannot require modules that no go.mod names.
	if err := m.useVendored(m.main[0], vendored); err != nil {
		return err
	}
	return addFile(added, m.main[0])
}

// useVendored requires the vendored modules, and replaces them by their directories.
func (m *modules) useVendored(file *modfile.File, vendored []vendoredModule) error {
	for _, v := range vendored {
		if err := file.AddRequire(v.Path, v.Version.Version); err != nil {
			return err
		}
		if m.work != nil {
			continue
		}
		if err := file.AddReplace(v.Path, "", v.dir, ""); err != nil {
			return err
		}
	}
	return nil
}

// A vendoredModule is a module in a vendor directory.
type vendoredModule struct {
	module.Version
	dir string
}

// vendoredModules returns the modules in the vendor directory that packages come from, and adds a go.mod to each. It
// reads vendor/modules.txt, in which a module is a line
//
//	# path version [=> replacement]
//
// followed by "## explicit; go version", where it has a go directive, and the import paths of its packages.
func (m *modules) vendoredModules(added map[string][]byte) ([]vendoredModule, error) {
	if m.vendor == "" {
		return nil, nil
	}
	name := filepath.Join(m.vendor, "modules.txt")
	list, err := m.files.read(name)
	if os.IsNotExist(err) { // there are no dependencies
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []vendoredModule
	var current vendoredModule
	goVersion := ""
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		switch {
		case len(fields) >= 3 && fields[0] == "#" && strings.HasPrefix(fields[2], "v"):
			if err := module.CheckImportPath(fields[1]); err != nil { // it might lead out of the directory
				return nil, fmt.Errorf("%s: %w; run go mod vendor", name, err)
			}
			current = vendoredModule{module.Version{Path: fields[1], Version: fields[2]}, filepath.Join(m.vendor, filepath.FromSlash(fields[1]))}
			goVersion = ""
		case len(fields) > 0 && fields[0] == "##":
			if _, version, ok := strings.Cut(line, "go "); ok {
				goVersion = "\ngo " + strings.TrimSpace(version) + "\n"
			}
		case len(fields) == 1 && fields[0] != "#" && current.Path != "":
			out = append(out, current)
			added[filepath.Join(current.dir, "go.mod")] = []byte("module " + modfile.AutoQuote(current.Path) + "\n" + goVersion)
			current = vendoredModule{}
		}
	}
	return out, nil
}
