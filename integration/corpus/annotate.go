package corpus

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An annotation is the set of directives that were put into the files of a directory.
type annotation struct {
	dir     string
	options annotateOptions
	files   []*source // those with sites, by path
	seen    int       // sites, chosen or not

	functions, blocks int            // all there are
	skipped           map[string]int // functions that cannot be annotated, by reason
}

// A source is a file and the sites in it.
type source struct {
	path  string // relative to the directory
	src   []byte // without directives
	sites []*site
	// crowded says that there is a function on one line which gofmt will format in another way once there
	// is code in it, or in a neighbour.
	crowded bool
}

// annotate finds the sites in all Go files below dir that the patterns name, which are directories or end
// in "/...". As with the go command, "..." leaves out vendor, testdata, nested modules, and names that start
// with a dot or an underscore.
func annotate(dir string, patterns []string, o annotateOptions) (*annotation, error) {
	a := &annotation{dir: dir, options: o, skipped: map[string]int{}}
	for _, pattern := range patterns {
		root, recursive := strings.CutSuffix(pattern, "...")
		root = filepath.Join(dir, root)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch name := d.Name(); {
			case err != nil:
				return err
			case d.IsDir() && path != root && (!recursive || leftOut(path)):
				return filepath.SkipDir
			case o.leaveTests && strings.HasSuffix(name, "_test.go"):
			case d.Type().IsRegular() && strings.HasSuffix(name, ".go") && !hidden(name):
				return a.add(path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Annotate puts a directive above one function in so many of the module in dir, tests and generated files left out, and returns
// how many there are now.
func Annotate(dir string, every int) (sites int, err error) {
	a, err := annotate(dir, []string{"./..."}, annotateOptions{every: every, leaveTests: true})
	if err != nil {
		return 0, err
	}
	a.files = slices.DeleteFunc(a.files, func(s *source) bool {
		file, err := parser.ParseFile(token.NewFileSet(), "", s.src, parser.PackageClauseOnly|parser.ParseComments)
		return err != nil || ast.IsGenerated(file)
	})
	return len(a.sites()), a.write()
}

func hidden(name string) bool { return name[0] == '.' || name[0] == '_' }

func leftOut(dir string) bool {
	name := filepath.Base(dir)
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return hidden(name) || name == "vendor" || name == "testdata" || err == nil
}

// add finds the functions of a file.
func (a *annotation) add(path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(a.dir, path)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		a.skipped["file does not parse"]++
		return nil
	}
	s := &source{path: rel, src: src}
	f := finder{fset: fset, pkg: file.Name.Name, src: src, options: a.options}
	f.find(file)
	s.crowded = f.crowded
	for _, site := range f.sites {
		if a.seen%a.options.every == 0 {
			s.sites = append(s.sites, site)
		}
		a.seen++
	}
	a.functions += f.functions
	a.blocks += f.blocks
	if f.skipped > 0 {
		a.skipped["func is not first on its line"] += f.skipped
	}
	if len(s.sites) > 0 {
		a.files = append(a.files, s)
	}
	return nil
}

// write writes the files with their directives.
func (a *annotation) write() error {
	for _, s := range a.files {
		path := filepath.Join(a.dir, s.path)
		if err := os.WriteFile(path, s.annotated(), 0); err != nil { // the file is there and keeps its mode
			return err
		}
	}
	return nil
}

// annotated returns the file with its directives, and notes on which lines they are.
func (s *source) annotated() []byte {
	var out []byte
	last := 0
	for _, site := range s.sites {
		out = append(out, s.src[last:site.offset]...)
		out = append(out, site.text...)
		site.line = bytes.Count(out, []byte("\n"))
		last = site.offset
	}
	return append(out, s.src[last:]...)
}

// drop takes out the directive on a line of a file, and reports whether there was one. Lines go on
// counting as they did before.
func (a *annotation) drop(path string, line int) bool {
	for _, s := range a.files {
		if s.path != path {
			continue
		}
		before := len(s.sites)
		s.sites = slices.DeleteFunc(s.sites, func(x *site) bool { return x.line == line })
		return len(s.sites) < before
	}
	return false
}

// sites returns all sites.
func (a *annotation) sites() []*site {
	var all []*site
	for _, s := range a.files {
		all = append(all, s.sites...)
	}
	return all
}

// count counts how often text stands in the files.
func (a *annotation) count(text string) (n int, err error) {
	for _, s := range a.files {
		src, err := os.ReadFile(filepath.Join(a.dir, s.path))
		if err != nil {
			return n, err
		}
		n += bytes.Count(src, []byte(text))
	}
	return n, nil
}
