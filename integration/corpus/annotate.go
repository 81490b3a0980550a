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

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// An annotation is the set of directives that were put into the files of a directory.
type annotation struct {
	dir   string
	every int
	files []*source // those with functions, by path

	functions int            // all there are
	skipped   map[string]int // functions that cannot be annotated, by reason
}

// A source is a file and the sites in it.
type source struct {
	path  string // relative to the directory
	src   []byte // without directives
	sites []*site
}

// A site is where a directive goes.
type site struct {
	offset int    // of the line that the directive goes before
	text   string // the directive's line and what gofmt wants between it and what stands above
	name   string // of the scope
	line   int    // of the directive, in the file with all directives
	// crowded says that the function is on one line with more than one statement in its body, which
	// gofmt will have on lines of their own once there is code before them.
	crowded bool
}

// annotate finds the functions of all Go files below dir that the patterns name, which are directories or
// end in "/...", and chooses one in every. As with the go command, "..." leaves out vendor, testdata,
// nested modules, and names that start with a dot or an underscore.
func annotate(dir string, patterns []string, every int) (*annotation, error) {
	a := &annotation{dir: dir, every: every, skipped: map[string]int{}}
	for _, pattern := range patterns {
		root, recursive := strings.CutSuffix(pattern, "...")
		root = filepath.Join(dir, root)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch name := d.Name(); {
			case err != nil:
				return err
			case d.IsDir() && path != root && (!recursive || leftOut(path)):
				return filepath.SkipDir
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
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		a.functions++
		offset := fset.PositionFor(fn.Type.Func, false).Offset
		line := bytes.LastIndexByte(src[:offset], '\n') + 1
		switch {
		case line == 0 || len(bytes.TrimSpace(src[line:offset])) > 0:
			// What stands there may be a comment, which is then no doc comment.
			a.skipped["func is not first on its line"]++
		case (a.functions-1)%a.every == 0:
			first, last := fset.Position(fn.Pos()).Line, fset.Position(fn.End()).Line
			name := scopeName(file.Name.Name, fn)
			s.sites = append(s.sites, &site{
				offset:  line,
				text:    directive(src[:line], fn.Doc, name),
				name:    name,
				crowded: fn.Body != nil && first == last && len(fn.Body.List) > 1,
			})
		}
	}
	if len(s.sites) > 0 {
		a.files = append(a.files, s)
	}
	return nil
}

// directive returns the lines to insert behind before, where the function with the doc comment starts.
func directive(before []byte, doc *ast.CommentGroup, name string) string {
	eol := "\n"
	if bytes.HasSuffix(before, []byte("\r\n")) {
		eol = "\r\n"
	}
	text := "//tele:scope " + name + eol
	if doc == nil {
		if above := bytes.TrimSuffix(before, []byte(eol)); !bytes.HasSuffix(above, []byte("\n")) {
			text = eol + text
		}
		return text
	}
	last := doc.List[len(doc.List)-1]
	if _, isDirective := ast.ParseDirective(last.Pos(), last.Text); !isDirective && last.Text != "//" && last.Text[1] == '/' {
		text = "//" + eol + text
	}
	return text
}

// scopeName returns a valid scope name from those of the package, the receiver's type and the function.
func scopeName(pkg string, fn *ast.FuncDecl) string {
	name := pkg
	if fn.Recv != nil && len(fn.Recv.List) > 0 {
		ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && name == pkg {
				name += "." + id.Name
			}
			return name == pkg
		})
	}
	return scopename.Suggest(name + "." + fn.Name.Name)
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
