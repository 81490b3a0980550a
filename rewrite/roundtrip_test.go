package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// roundTripPackages are packages of the standard library with much and varied code, none of which the
// runtime package depends on.
var roundTripPackages = []string{
	"archive/tar", "archive/zip", "bufio", "compress/bzip2", "compress/flate", "container/list", "crypto/x509", "database/sql",
	"debug/dwarf", "debug/elf", "encoding/asn1", "encoding/csv", "encoding/gob", "encoding/xml", "expvar", "go/ast",
	"go/constant", "go/doc", "go/parser", "go/printer", "go/scanner", "go/types", "html/template", "image/gif", "image/jpeg",
	"image/png", "index/suffixarray", "math/big", "mime/multipart", "net/http", "net/http/httputil", "net/mail",
	"net/netip", "net/rpc", "net/smtp", "net/textproto", "os/exec", "regexp", "regexp/syntax", "runtime/pprof", "testing",
	"testing/fstest", "text/scanner", "text/tabwriter", "text/template", "text/template/parse",
}

// FuzzRoundTrip puts directives at places of its choice into real files. Whatever the choice, what is
// generated compiles (generate sees to that), is gofmt'd if the file was, does not change when generated
// again, and is stripped to the input; and an overlay moves no token.
func FuzzRoundTrip(f *testing.F) {
	if testing.Short() {
		f.Skip("type-checks the standard library")
	}
	packages := standardPackages(f)
	for i := range packages {
		f.Add(uint16(i), uint16(i), []byte{byte(i), 3, 0, 250, 17, 5})
		f.Add(uint16(i), uint16(i*7), []byte{0})
		f.Add(uint16(i), uint16(i*3), []byte{255, 8, 16, 24, 32, 40, 48, 56, byte(i)})
	}
	f.Fuzz(func(t *testing.T, number, fileNumber uint16, choices []byte) {
		l := packages[int(number)%len(packages)]
		path := l.GoFiles[int(fileNumber)%len(l.GoFiles)]
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		input := annotate(src, choices)
		outputs, diagnostics := generate(t, []*loaded{l}, map[string][]byte{path: input})
		for _, d := range diagnostics {
			if strings.Contains(d.Message, "must compile") {
				t.Errorf("annotated file does not compile: %s", d)
			}
		}
		output := outputs[path]
		if bytes.Equal(output, input) {
			return
		}
		if formatted(input) && !formattedButForLines(output) && !severalOnOneLine.Match(output) {
			t.Errorf("%s is not gofmt'd any more, annotated by %v", path, choices)
		}
		checkSameLine(t, path, input, overlay(t, []*loaded{l}, map[string][]byte{path: input})[path])
		if stripped, diagnostics := Strip(path, output); !bytes.Equal(stripped, input) {
			t.Errorf("strip does not give %s back, annotated by %v: %v", path, choices, diagnostics)
		}
		if again, _ := generate(t, []*loaded{l}, outputs); !bytes.Equal(again[path], output) {
			t.Errorf("%s changes when generated again, annotated by %v", path, choices)
		}
	})
}

func standardPackages(t testing.TB) []*loaded {
	packages, err := load(request{dir: newModule(t).dir, patterns: roundTripPackages})
	if err != nil {
		t.Fatal(err)
	}
	packages = slices.DeleteFunc(packages, func(l *loaded) bool { return l.belowRuntime() || len(l.GoFiles) == 0 })
	if len(packages) < len(roundTripPackages)/2 {
		t.Fatalf("only %d packages", len(packages))
	}
	return packages
}

// TestSameLine puts directives at one place in four into all files of these packages: no overlay moves a token.
func TestSameLine(t *testing.T) {
	if testing.Short() {
		t.Skip("type-checks the standard library")
	}
	checked := 0
	for _, l := range standardPackages(t) {
		inputs := map[string][]byte{}
		for _, path := range l.GoFiles {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			inputs[path] = annotate(src, []byte{0})
		}
		for path, out := range overlay(t, []*loaded{l}, inputs) {
			checkSameLine(t, path, inputs[path], out)
			checked++
		}
	}
	if checked < 100 {
		t.Errorf("only %d files", checked)
	}
	t.Logf("%d files", checked)
}

// severalOnOneLine matches a body of several statements that was on one line: gofmt breaks it up.
var severalOnOneLine = regexp.MustCompile(`(?m);.*//tele:line$`)

// formattedButForLines reports whether gofmt would change no more than the alignment of functions on one
// line, one of which was opened.
func formattedButForLines(src []byte) bool {
	out, err := format.Source(src)
	return err == nil && bytes.Equal(blanks.ReplaceAll(out, []byte(" ")), blanks.ReplaceAll(src, []byte(" ")))
}

var blanks = regexp.MustCompile(` +`)

// annotate puts directives into a source, above functions and statements, as the choices say: they are gone
// through again and again, a byte a place, and one in four asks for a directive.
func annotate(src []byte, choices []byte) []byte {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || len(choices) == 0 {
		return src
	}
	var splices []splice
	used := map[int]bool{}
	place := 0
	at := func(pos token.Pos, name string) {
		choice := choices[place%len(choices)] ^ byte(place/len(choices))
		place++
		offset := fset.PositionFor(pos, false).Offset
		line := lineStart(src, offset)
		indent := string(src[line:offset])
		if choice%4 != 0 || strings.TrimSpace(indent) != "" || used[line] {
			return
		}
		used[line] = true
		splices = append(splices, splice{line, line, indent + directive(choice/4, name) + "\n"})
	}
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil || forbidden(fn) {
			continue
		}
		name := parameterName(fn.Type)
		at(fn.Type.Func, name)
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			var list []ast.Stmt
			switch n := n.(type) {
			case *ast.BlockStmt:
				list = n.List
			case *ast.CaseClause:
				list = n.Body
			case *ast.CommClause:
				list = n.Body
			}
			for _, s := range list {
				switch s.(type) {
				case *ast.CaseClause, *ast.CommClause, *ast.LabeledStmt:
				default:
					at(s.Pos(), "")
				}
			}
			return true
		})
	}
	return apply(src, splices)
}

func directive(choice byte, name string) string {
	forms := []string{
		"scope a.b", "scope c", "scope d root", "scope e n=1", "scope f s=\"x\" n=len(\"abc\")", "count g", "gauge h=1.5", "metric i=\"y\"",
		"scope j n=map[int]int{}[1]", "gauge k=[]int{1}[0] q=1", "scope l", "scope m", "scope n", "count o=2", "scope p", "ignore",
	}
	form := forms[int(choice)%len(forms)]
	if form == "ignore" {
		form = "scope q"
	}
	if name != "" && strings.HasPrefix(form, "scope") && choice >= 32 {
		form += fmt.Sprintf(" v=%s", name)
	}
	return "//tele:" + form
}

// forbidden reports whether a function has a pragma, or a comment, before it on its line or in its
// documentation, that makes directives there an error.
func forbidden(fn *ast.FuncDecl) bool {
	return fn.Doc != nil && slices.ContainsFunc(fn.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:") || strings.HasPrefix(c.Text, "/*")
	})
}

func parameterName(typ *ast.FuncType) string {
	for _, field := range typ.Params.List {
		for _, id := range field.Names {
			if id.Name != "_" {
				return id.Name
			}
		}
	}
	return ""
}
