// Command printers inserts a statement into each function of many files, by several means, takes the lines with it out again, and
// counts the files that are then not what they were.
//
//	go run ./printers
//
// It says why teleinstr splices bytes, and does not print syntax trees; see docs/design.md.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"
)

// inserted is the statement that each function gets. No file holds it.
const inserted = "teleinstrWasHere()"

// A printer returns a file with the statement at the top of each function.
type printer struct {
	name  string
	print func(src []byte) ([]byte, error)
}

var all = []printer{{"splices of bytes", bySplices}, {"go/ast and go/format", byFormat}, {"dst and its decorator", byDst}}

// A tree is a set of files of other people.
type tree struct {
	name  string
	files [][]byte
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "printers:", err)
		os.Exit(1)
	}
}

func run() error {
	trees, err := readTrees()
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "\tfiles\tinserted by\tnot as before\trefused")
	for _, tr := range trees {
		for _, p := range all {
			changed, refused := p.count(tr)
			fmt.Fprintf(out, "%s\t%d\t%s\t%d\t%d\n", tr.name, len(tr.files), p.name, changed, refused)
		}
	}
	return out.Flush()
}

func (p printer) count(tr tree) (changed, refused int) {
	for _, src := range tr.files {
		printed, err := p.print(src)
		switch {
		case err != nil:
			refused++
		case !bytes.Equal(bytes.ReplaceAll(printed, []byte("\n\t"+inserted), nil), src):
			changed++
		}
	}
	return changed, refused
}

// readTrees reads the standard library, which gofmt has formatted, the same with CRLF line ends, and the tests of the compiler,
// of which not all are formatted.
func readTrees() ([]tree, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	root := strings.TrimSpace(string(out))
	src, err := readTree(filepath.Join(root, "src"))
	if err != nil {
		return nil, err
	}
	tests, err := readTree(filepath.Join(root, "test"))
	if err != nil {
		return nil, err
	}
	var crlf [][]byte
	for _, file := range src {
		crlf = append(crlf, bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")))
	}
	return []tree{{"GOROOT/src", src}, {"GOROOT/src, CRLF", crlf}, {"GOROOT/test", tests}}, nil
}

func readTree(root string) (files [][]byte, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || !d.Type().IsRegular() || strings.Contains(path, "testdata") {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && fit(text) {
			files = append(files, text)
		}
		return err
	})
	return files, err
}

// fit reports whether a file parses, and has functions, none of them on one line: those are opened, each printer in its own way.
func fit(src []byte) bool {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
	if err != nil {
		return false
	}
	for _, fn := range functions(f) {
		if fset.PositionFor(fn.Body.Lbrace, false).Line == fset.PositionFor(fn.Body.Rbrace, false).Line {
			return false
		}
	}
	return len(functions(f)) > 0
}

func functions(f *ast.File) (all []*ast.FuncDecl) {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			all = append(all, fn)
		}
	}
	return all
}

func bySplices(src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var printed []byte
	at := 0
	for _, fn := range functions(f) {
		brace := fset.PositionFor(fn.Body.Lbrace, false).Offset + 1
		printed = append(append(printed, src[at:brace]...), "\n\t"+inserted...)
		at = brace
	}
	return append(printed, src[at:]...), nil
}

func byFormat(src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, fn := range functions(f) {
		// At the brace, so that comments further down stay behind it.
		call := &ast.ExprStmt{X: &ast.Ident{NamePos: fn.Body.Lbrace, Name: inserted}}
		fn.Body.List = append([]ast.Stmt{call}, fn.Body.List...)
	}
	var printed bytes.Buffer
	err = format.Node(&printed, fset, f)
	return printed.Bytes(), err
}

func byDst(src []byte) ([]byte, error) {
	f, err := decorator.Parse(src)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*dst.FuncDecl); ok && fn.Body != nil {
			call := &dst.ExprStmt{X: dst.NewIdent(inserted)}
			call.Decs.Before = dst.NewLine
			fn.Body.List = append([]dst.Stmt{call}, fn.Body.List...)
		}
	}
	var printed bytes.Buffer
	err = decorator.Fprint(&printed, f)
	return printed.Bytes(), err
}
