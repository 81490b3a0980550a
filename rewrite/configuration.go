package rewrite

import (
	"go/ast"
	"go/build/constraint"
	"math/bits"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A configuration is what decides which files of a directory the go command takes for a package. The zero
// configuration is that of the environment.
type configuration struct {
	goos, goarch string
	cgo          bool
	tags         string // separated by commas
}

// environment returns what to add to the environment of the go command.
func (c configuration) environment() []string {
	if c == (configuration{}) {
		return nil
	}
	cgo := "CGO_ENABLED=0"
	if c.cgo {
		cgo = "CGO_ENABLED=1"
	}
	return []string{"GOOS=" + c.goos, "GOARCH=" + c.goarch, cgo}
}

// flags returns the flags for the go command.
func (c configuration) flags() []string {
	if c.tags == "" {
		return nil
	}
	return []string{"-tags=" + c.tags}
}

// The systems and architectures that are tried for a file, in this order, behind those of the machine.
// They are what go tool dist list knows, without the ones that imply another.
var (
	systems       = []string{"linux", "darwin", "windows", "freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "aix", "plan9", "js", "wasip1", "android", "ios", "illumos"}
	architectures = []string{"amd64", "arm64", "386", "arm", "riscv64", "ppc64", "ppc64le", "s390x", "mips", "mipsle", "mips64", "mips64le", "loong64", "wasm"}
	// ports are the architectures of each system (go tool dist list).
	ports = map[string][]string{
		"aix": {"ppc64"}, "android": {"386", "amd64", "arm", "arm64"}, "darwin": {"amd64", "arm64"}, "dragonfly": {"amd64"},
		"freebsd": {"386", "amd64", "arm", "arm64"}, "illumos": {"amd64"}, "ios": {"amd64", "arm64"}, "js": {"wasm"},
		"linux":  {"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x"},
		"netbsd": {"386", "amd64", "arm", "arm64"}, "openbsd": {"386", "amd64", "arm", "arm64", "ppc64", "riscv64"}, "plan9": {"386", "amd64", "arm"},
		"solaris": {"amd64"}, "wasip1": {"wasm"}, "windows": {"386", "amd64", "arm64"},
	}
	// unix are the systems with the build tag unix (internal/syslist in the Go tree).
	unix = []string{"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "linux", "netbsd", "openbsd", "solaris"}
	// unbuilt are names of systems and architectures that go/build knows, and nothing builds for.
	unbuilt = []string{"hurd", "nacl", "zos", "amd64p32", "arm64be", "armbe", "mips64p32", "mips64p32le", "ppc", "riscv", "s390", "sparc", "sparc64"}
	// implied are the tags that hold on one system because they hold on another.
	implied = map[string]string{"android": "linux", "illumos": "solaris", "ios": "darwin"}
)

// maxTags bounds the tags of one constraint of which all combinations are tried.
const maxTags = 8

// configurationFor returns a configuration in which a file is built, with as few tags as can be, and then as
// close to that of the machine. It reports false if there is none.
func configurationFor(path string, file *ast.File) (configuration, bool) {
	expr := buildConstraint(file)
	free := freeTags(expr)
	if len(free) > maxTags {
		return configuration{}, false
	}
	usesC := slices.ContainsFunc(file.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` })
	for count := range len(free) + 1 {
		for _, goos := range append([]string{runtime.GOOS}, systems...) {
			for _, goarch := range append([]string{runtime.GOARCH}, architectures...) {
				if !slices.Contains(ports[goos], goarch) || !nameMatches(filepath.Base(path), goos, goarch) {
					continue
				}
				for set := range uint(1) << len(free) {
					if bits.OnesCount(set) != count {
						continue
					}
					c := newConfiguration(goos, goarch, free, set)
					c.cgo = c.cgo || usesC
					if expr == nil || expr.Eval(c.holds) {
						return c, true
					}
				}
			}
		}
	}
	return configuration{}, false
}

// newConfiguration returns the configuration with those of the free tags that have a bit in set.
func newConfiguration(goos, goarch string, free []string, set uint) configuration {
	c := configuration{goos: goos, goarch: goarch}
	var tags []string
	for i, tag := range free {
		switch {
		case set&(1<<i) == 0:
		case tag == "cgo":
			c.cgo = true
		default:
			tags = append(tags, tag)
		}
	}
	c.tags = strings.Join(tags, ",")
	return c
}

// holds reports whether a build tag is satisfied.
func (c configuration) holds(tag string) bool {
	switch {
	case tag == c.goos || tag == c.goarch || tag == implied[c.goos] || tag == "gc" || isRelease(tag):
		return true
	case tag == "unix":
		return slices.Contains(unix, c.goos)
	case tag == "cgo":
		return c.cgo
	default:
		return slices.Contains(strings.Split(c.tags, ","), tag)
	}
}

func isRelease(tag string) bool { return strings.HasPrefix(tag, "go1.") }

// buildConstraint returns the expression of a file's //go:build line, or else of its // +build lines; nil if
// it has neither.
func buildConstraint(file *ast.File) constraint.Expr {
	var plus constraint.Expr
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, c := range group.List {
			expr, err := constraint.Parse(c.Text)
			switch {
			case err != nil:
			case constraint.IsGoBuild(c.Text):
				return expr
			case plus == nil:
				plus = expr
			default:
				plus = &constraint.AndExpr{X: plus, Y: expr}
			}
		}
	}
	return plus
}

// freeTags returns the tags of a constraint that the system, the architecture and the toolchain leave open.
func freeTags(expr constraint.Expr) []string {
	var free []string
	var visit func(constraint.Expr)
	visit = func(e constraint.Expr) {
		switch e := e.(type) {
		case *constraint.AndExpr:
			visit(e.X)
			visit(e.Y)
		case *constraint.OrExpr:
			visit(e.X)
			visit(e.Y)
		case *constraint.NotExpr:
			visit(e.X)
		case *constraint.TagExpr:
			given := slices.Contains(systems, e.Tag) || slices.Contains(architectures, e.Tag) || slices.Contains(unbuilt, e.Tag) ||
				isRelease(e.Tag) || e.Tag == "unix" || e.Tag == "gc"
			if !given && !slices.Contains(free, e.Tag) {
				free = append(free, e.Tag)
			}
		}
	}
	if expr != nil {
		visit(expr)
	}
	return free
}

// nameMatches reports whether a file name such as x_GOOS_GOARCH_test.go admits a configuration. The rules are
// those of go/build: what follows the first underscore counts.
func nameMatches(name, goos, goarch string) bool {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".go"), "_test")
	_, rest, ok := strings.Cut(name, "_")
	if !ok {
		return true
	}
	words := strings.Split(rest, "_")
	last := words[len(words)-1]
	if slices.Contains(unbuilt, last) {
		return false
	}
	if slices.Contains(architectures, last) {
		if len(words) > 1 && isSystem(words[len(words)-2]) {
			return last == goarch && systemMatches(words[len(words)-2], goos)
		}
		return last == goarch
	}
	return !isSystem(last) || systemMatches(last, goos)
}

func isSystem(word string) bool { return slices.Contains(systems, word) }

func systemMatches(word, goos string) bool { return word == goos || word == implied[goos] }
