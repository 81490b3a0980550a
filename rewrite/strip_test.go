package rewrite

import (
	"go/format"
	"go/scanner"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

const edited = `package a

import (
	"context"
	"fmt"
)

//tele:scope load
func Load(ctx context.Context, path string) ([]string, error) {
	go func() { fmt.Println(ctx) }()
	return nil, nil
}

//tele:scope one_line
func OneLine() error { return nil }

//tele:scope blank
func Blank(_ context.Context) {
	fmt.Println()
}
`

// TestStripKeepsEdits edits generated files as people do, and wants the edit, and nothing of the generated
// code, in what strip gives back; and no change but the edit when the file is generated again.
func TestStripKeepsEdits(t *testing.T) {
	module := newModule(t)
	module.write(t, "edits/a.go", []byte(edited))
	packages := module.load(t, []string{"edits"})["edits"]
	path := filepath.Join(module.dir, "edits", "a.go")
	outputs, diagnostics := generate(t, packages, map[string][]byte{path: []byte(edited)})
	if len(diagnostics) > 0 {
		t.Fatal(diagnostics)
	}
	generated := string(outputs[path])

	tests := []struct {
		name     string
		old, new string   // in the generated file
		want     []string // old, new pairs in the original; the same as above if empty
	}{
		{name: "body", old: "return nil, nil", new: "fmt.Println(path)\n\treturn nil, nil"},
		{name: "parameter", old: "path string)", new: "path string, limit int)"},
		{name: "comment", old: "//tele:scope one_line", new: "// OneLine is short.\n//\n//tele:scope one_line"},
		{name: "function", old: "//tele:scope one_line", new: "func Other() {}\n\n//tele:scope one_line"},
		{name: "renamed function", old: "OneLine", new: "Short"},
		{name: "import", old: "\t\"fmt\"\n", new: "\t\"fmt\"\n\t_ \"embed\"\n"},
		{
			name: "statement behind one line", old: "return nil //tele:line\n", new: "fmt.Println()\n\treturn nil //tele:line\n",
			want: []string{"{ return nil }", "{ fmt.Println()\n\treturn nil }"},
		},
		{
			name: "result named by hand", old: "(_ []string, err error)", new: "(rows []string, err error)",
			want: []string{"([]string, error)", "(rows []string, err error)"},
		},
		{
			name: "error used", old: "return nil, nil", new: "err = nil\n\treturn nil, err",
			want: []string{"([]string, error)", "(_ []string, err error)", "return nil, nil", "err = nil\n\treturn nil, err"},
		},
		{
			name: "error declared", old: "return nil, nil", new: "_, err = fmt.Println()\n\treturn nil, nil",
			want: []string{"([]string, error)", "(_ []string, err error)", "return nil, nil", "_, err = fmt.Println()\n\treturn nil, nil"},
		},
		{name: "variable of an if", old: "return nil, nil", new: "if err := ctx.Err(); err != nil {\n\t\treturn nil, err\n\t}\n\treturn nil, nil"},
		{
			name: "error used, then declared", old: "return nil, nil", new: "err = ctx.Err()\n\tn, err := fmt.Println()\n\treturn make([]string, n), err",
			want: []string{"([]string, error)", "(_ []string, err error)", "return nil, nil", "err = ctx.Err()\n\tn, err := fmt.Println()\n\treturn make([]string, n), err"},
		},
		{name: "own variable", old: "return nil, nil", new: "n, err := fmt.Println()\n\treturn make([]string, n), err"},
		{
			name: "blank context used", old: "\tfmt.Println()\n}", new: "\tfmt.Println(ctx)\n}",
			want: []string{"Blank(_ ", "Blank(ctx ", "\tfmt.Println()\n}", "\tfmt.Println(ctx)\n}"},
		},
		{
			name: "runtime used", old: "fmt.Println(ctx)", new: "fmt.Println(ctx, tele.Enabled())",
			want: []string{"\t\"fmt\"\n", "\t\"fmt\"\n\n\ttele \"" + RuntimePath + "\"\n", "fmt.Println(ctx)", "fmt.Println(ctx, tele.Enabled())"},
		},
		{
			name: "imports merged", old: "\t\"fmt\"\n\n\ttele \"" + RuntimePath + "\" //tele:gen\n", new: "\t\"fmt\"\n\ttele \"" + RuntimePath + "\" //tele:gen\n\t\"io\"\n",
			want: []string{"\t\"fmt\"\n", "\t\"fmt\"\n\t\"io\"\n"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(generated, tt.old) {
				t.Fatalf("the edit does not apply to:\n%s", generated)
			}
			if tt.want == nil {
				tt.want = []string{tt.old, tt.new}
			}
			got, diagnostics := Strip(path, []byte(strings.Replace(generated, tt.old, tt.new, 1)))
			want := edited
			for i := 0; i < len(tt.want); i += 2 {
				want = strings.Replace(want, tt.want[i], tt.want[i+1], 1)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("strip (-want +got): %v\n%s", diagnostics, diff)
			}
		})
	}
}

// TestStripRefuses edits what is generated; strip must say so, with the position, and give nothing back.
func TestStripRefuses(t *testing.T) {
	module := newModule(t)
	module.write(t, "edits/a.go", []byte(edited))
	packages := module.load(t, []string{"edits"})["edits"]
	path := filepath.Join(module.dir, "edits", "a.go")
	outputs, _ := generate(t, packages, map[string][]byte{path: []byte(edited)})
	generated := string(outputs[path])

	tests := []struct{ name, old, new, want string }{
		{"name changed", `parentCtx, "load"`, `parentCtx, "store"`, `a.go:12:2: //tele:gen parentCtx=was:ctx err=unnamed: the generated code in lines 12 to 19 was edited; undo that there, and put what is to stay outside of them`},
		{"statement added", "\t\tdefer scope.EndErr(&err)\n", "\t\tdefer scope.EndErr(&err)\n\t\tprintln()\n", "was edited"},
		{"end lost", "//tele:end ", "// ", "//tele:end is missing"},
		{"begin lost", "//tele:gen ctx=blank", "// ctx=blank", "//tele:gen is missing"},
		{"unknown marker", "//tele:gen ctx=blank", "//tele:gen ctx=blank new=thing", "not a marker that this version knows"},
		{"hidden name used", "go func() { fmt.Println(ctx) }()", "fmt.Println(parentCtx)", "a.go:20:14: parentCtx: this name stands only in generated code; write ctx instead"},
		{"does not parse", "go func() {", "go func( {", "file does not parse"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(generated, tt.old) {
				t.Fatalf("the edit does not apply to:\n%s", generated)
			}
			got, diagnostics := Strip(path, []byte(strings.Replace(generated, tt.old, tt.new, 1)))
			if got != nil || len(diagnostics) == 0 || !strings.Contains(diagnostics[0].String(), tt.want) {
				t.Errorf("strip: got %q, %v; want %s", got, diagnostics, tt.want)
			}
		})
	}
}

// TestStripAfterGofmt formats generated files that were not formatted, as editors do on saving; strip must still
// know its own, and what is left must be the input, formatted.
func TestStripAfterGofmt(t *testing.T) {
	for _, name := range []string{"block_not_formatted", "bodies_not_formatted", "bodies_several_statements", "bodies_aligned"} {
		archive, err := txtar.ParseFile(filepath.Join(goldens, name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		input, generated := archive.Files[0].Data, archive.Files[1].Data
		formatted, err := format.Source(generated)
		if err != nil {
			t.Fatal(err)
		}
		stripped, diagnostics := Strip("a.go", formatted)
		if diagnostics != nil {
			t.Errorf("%s: %v", name, diagnostics)
			continue
		}
		// Opened bodies stay open: compare without line breaks.
		if diff := cmp.Diff(tokens(t, input), tokens(t, stripped)); diff != "" {
			t.Errorf("%s (-input +stripped):\n%s", name, diff)
		}
	}
}

// tokens returns the tokens of a source without its semicolons.
func tokens(t *testing.T, src []byte) []string {
	t.Helper()
	var all []string
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, func(at token.Position, msg string) { t.Errorf("%s: %s", at, msg) }, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return all
		case token.SEMICOLON:
		default:
			all = append(all, tok.String()+" "+strings.Join(strings.Fields(lit), " "))
		}
	}
}
