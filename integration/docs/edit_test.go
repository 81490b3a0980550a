package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// edited returns a file with the imports and functions of a block. A function replaces the one of its name, up to a "…", for which
// the rest of the old one stays.
func edited(src, block string) (string, error) {
	const clause = "package p\n" // a comment on its line would be none of the first declaration
	rest := "p()"                // as long as "…", so that positions stay
	parsed, err := parser.ParseFile(token.NewFileSet(), "", clause+strings.ReplaceAll(block, "…", rest), parser.ParseComments)
	if err != nil {
		return "", err
	}
	for _, d := range parsed.Decls {
		from, to := span(d)
		text := block[from-len(clause) : to-len(clause)]
		if src, err = withDeclaration(src, d, text); err != nil {
			return "", err
		}
	}
	return src, nil
}

func withDeclaration(src string, d ast.Decl, text string) (string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ParseComments)
	if err != nil {
		return "", err
	}
	fn, isFunc := d.(*ast.FuncDecl)
	if !isFunc {
		at := int(f.Name.End()) - 1
		return src[:at] + "\n\n" + text + src[at:], nil
	}
	for _, old := range f.Decls {
		if o, ok := old.(*ast.FuncDecl); ok && o.Name.Name == fn.Name.Name {
			from, to := span(o)
			head, _, elided := strings.Cut(text, "…")
			if !elided {
				return src[:from] + text + src[to:], nil
			}
			return src[:from] + strings.TrimRight(head, " \t") + strings.TrimPrefix(src[o.Body.Lbrace:], "\n"), nil
		}
	}
	return "", fmt.Errorf("there is no function %s to edit", fn.Name.Name)
}

// span returns where a declaration is, its doc comment included, as offsets in the text that was parsed.
func span(d ast.Decl) (from, to int) {
	from, to = int(d.Pos())-1, int(d.End())-1
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil {
			from = int(d.Doc.Pos()) - 1
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			from = int(d.Doc.Pos()) - 1
		}
	}
	return from, to
}

func TestEdited(t *testing.T) {
	const src = "// Package m is.\npackage m\n\nimport \"os\"\n\n// F is.\nfunc F() error {\n\treturn os.ErrExist\n}\n\nfunc g() {}\n"
	const block = "import \"fmt\"\n\n//tele:scope f\nfunc F() (err error) {\n\tfmt.Println()\n\t…\n}\n\n// g is.\nfunc g() { F() }\n"
	const want = "// Package m is.\npackage m\n\nimport \"fmt\"\n\nimport \"os\"\n\n//tele:scope f\nfunc F() (err error) {\n\tfmt.Println()\n\treturn os.ErrExist\n}\n\n// g is.\nfunc g() { F() }\n"
	got, err := edited(src, block)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	const first = "// F is what it was.\n//\n//tele:scope f\nfunc F() error {\n\t…\n}\n"
	if got, err := edited(src, first); err != nil || !strings.Contains(got, "\n\n"+first[:strings.Index(first, "…")]) {
		t.Errorf("%v, got\n%s\nwant the whole comment in it that the block starts with", err, got)
	}
	if _, err := edited(src, "func h() {}\n"); err == nil {
		t.Error("a function is edited that is not there")
	}
}
