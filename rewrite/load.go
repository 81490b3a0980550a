package rewrite

import (
	"cmp"
	"fmt"
	"go/build"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/scopes"
)

// A loaded package is one as the go command describes it.
type loaded struct {
	*packages.Package
	world      *world
	candidates []*candidate // see generation.take
}

// What the go command is asked for. Nothing is compiled for the graph; what it takes in from other modules is compiled
// for its exports, as the build of the program will need it too.
const (
	graphMode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
		packages.NeedModule | packages.NeedForTest | packages.NeedEmbedFiles // and not TypesSizes, for which packages runs cgo
	exportMode = packages.NeedName | packages.NeedExportFile
	// What the runtime package imports is of interest only for packages that it may import.
	runtimeMode = exportMode | packages.NeedImports | packages.NeedDeps
)

// A request asks for packages by way of the go command in the directory dir.
type request struct {
	dir      string
	patterns []string
	tests    bool
	configuration
	buildFlags, environment []string
	arch                    string // that the environment asks for; empty if it is not known
	// overlay is what the go command is to see in files instead of what is on disk.
	overlay map[string][]byte
	// read reads a file that is not in overlay, as the go command sees it; nil if that is what is on disk.
	read func(path string) ([]byte, error)
}

// sizes returns the sizes of types on the architecture that the build is for.
func (r *request) sizes() types.Sizes {
	return types.SizesFor("gc", cmp.Or(r.arch, r.goarch, build.Default.GOARCH))
}

func (r *request) config(mode packages.LoadMode, tests bool) *packages.Config {
	return &packages.Config{
		Mode: mode, Dir: r.dir, Tests: tests, Overlay: r.overlay,
		Env:        slices.Concat(os.Environ(), r.environment, r.configuration.environment()),
		BuildFlags: slices.Concat(r.buildFlags, r.flags()),
	}
}

// load asks the go command for packages and what they import, by ID.
func load(r request) ([]*loaded, error) {
	pkgs, err := packages.Load(r.config(graphMode, r.tests), r.patterns...)
	if err != nil {
		return nil, loadError(r.dir, err)
	}
	if len(pkgs) == 0 {
		return nil, goList(r.dir)
	}
	w := newWorld(r)
	var out []*loaded
	for _, p := range pkgs {
		out = append(out, &loaded{Package: p, world: w})
	}
	slices.SortFunc(out, func(a, b *loaded) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// loadError returns what the go command says against a load, which go/packages wraps.
func loadError(dir string, err error) error {
	_, said, found := strings.Cut(err.Error(), ": stderr: ")
	if !found {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return fmt.Errorf("%s: %s", dir, onOneLine(said))
}

// goList returns what the go command says against the module in root, where go/packages gets no package
// and no error: a go.mod that is not up to date, for example.
func goList(root string) error {
	cmd := exec.Command("go", "list", ".", RuntimePath)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return fmt.Errorf("%s: the go command lists no packages", root)
	}
	return fmt.Errorf("%s: %s", root, onOneLine(string(out)))
}

// moduleRoot returns the directory of the go.mod file that governs dir.
func moduleRoot(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(filepath.Join(d, "go.mod")); err == nil && !info.IsDir() {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s: no go.mod here or above; run go mod init", dir)
		}
	}
}

// requiresRuntime says what to do if the package cannot import the runtime package.
func (l *loaded) requiresRuntime() error {
	runtime := l.world.runtime
	if runtime != nil && runtime.ExportFile != "" {
		return nil
	}
	if runtime != nil && len(runtime.Errors) > 0 && !strings.HasPrefix(runtime.Errors[0].Msg, "no required module provides") {
		return fmt.Errorf("%s: generated code imports %s, which is not to be had: %s", l.Dir, RuntimePath, onOneLine(runtime.Errors[0].Msg))
	}
	module := "the module"
	if l.Module != nil {
		module = "module " + l.Module.Path
	}
	return fmt.Errorf("%s: generated code imports %s, which %s does not require; run go get %s", l.Dir, RuntimePath, module, RuntimePath)
}

// onOneLine returns the start of a message of the go command, which may have very many lines, on one: a line
// that names the package, as the compiler's messages have, is left out.
func onOneLine(s string) string {
	lines := slices.DeleteFunc(strings.Split(s, "\n"), func(line string) bool {
		return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# ")
	})
	return strings.Join(strings.Fields(strings.Join(lines[:min(len(lines), 2)], " ")), " ")
}

// listErrors returns what the go command finds wrong with a package before it compiles it. What it finds
// when it compiles it, under a line that starts with #, the type checker tells better.
func listErrors(p *packages.Package) []scopes.Diagnostic {
	var out []scopes.Diagnostic
	for _, e := range p.Errors {
		if strings.HasPrefix(e.Msg, "# ") {
			continue
		}
		at := parsePosition(e.Pos, p)
		out = append(out, scopes.Diagnostic{Position: at, Message: strings.ReplaceAll(onOneLine(e.Msg), " in "+p.Dir, "")})
	}
	return out
}

// parsePosition reads a position as the go command writes it, "file:line:col" or "file:line" or "-".
func parsePosition(s string, p *packages.Package) token.Position {
	at := token.Position{Filename: p.Dir, Line: 1, Column: 1}
	if len(p.GoFiles) > 0 {
		at.Filename = p.GoFiles[0]
	}
	name, last, ok := cutNumber(s)
	if !ok {
		return at
	}
	if file, line, both := cutNumber(name); both {
		at.Filename, at.Line, at.Column = file, line, last
	} else {
		at.Filename, at.Line = name, last
	}
	return at
}

// cutNumber cuts the number behind the last colon off.
func cutNumber(s string) (before string, n int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil
}
