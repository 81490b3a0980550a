package sarif

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gosarif "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"
)

// A validator holds documents to the schema of SARIF 2.1.0.
type validator struct{ schema *gojsonschema.Schema }

// newValidator takes the schema out of the source of go-sarif, which keeps it to itself: its own Validate looks at no
// more of a document than its types can hold.
func newValidator(t *testing.T) *validator {
	t.Helper()
	const pkg = "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	spec := file.Decls[0].(*ast.GenDecl).Specs[0].(*ast.ValueSpec)
	text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	if id := `"https://docs.oasis-open.org/sarif/sarif/v2.1.0/`; !strings.Contains(text, id) {
		t.Fatalf("no %s in the schema", id)
	}
	schema, err := gojsonschema.NewSchema(gojsonschema.NewStringLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	return &validator{schema}
}

func (v *validator) validate(document []byte) error {
	result, err := v.schema.Validate(gojsonschema.NewBytesLoader(document))
	if err != nil {
		return err
	}
	var all []error
	for _, e := range result.Errors() {
		all = append(all, errors.New(e.String()))
	}
	return errors.Join(all...)
}

// TestValidatorRejects wants the validator to find what could go wrong, or that it finds nothing would mean nothing.
func TestValidatorRejects(t *testing.T) {
	v := newValidator(t)
	tree := newTree(t, map[string]string{"a b.go": "package a\n\n//tele:scop a\nfunc A() {}\n"})
	document, _ := tree.lint(t, "sarif")
	if err := v.validate(document); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new string }{
		{"version", `"version": "2.1.0"`, `"version": "2.0.0"`},
		{"no name of the tool", `"name": "teleinstr",`, ``},
		{"unknown property", `"ruleIndex"`, `"ruleNumber"`},
		{"type", `"ruleIndex": 2`, `"ruleIndex": "2"`},
		{"level", `"level": "error"`, `"level": "fatal"`},
		{"line", `"startLine": 3`, `"startLine": 0`},
		{"column", `"startColumn": 1`, `"startColumn": 0`},
		{"URI", `"uri": "a%20b.go"`, `"uri": "a%zzb.go"`},
		{"URI of the tool", `"informationUri": "https://`, `"informationUri": "`},
		{"what columns count", `"utf16CodeUnits"`, `"bytes"`},
		{"fingerprints", `"lineHash/v1": "`, `"lineHash/v1": 1, "": "`},
		{"fix without a region", `"deletedRegion"`, `"region"`},
		{"results of no kind", `"results": [`, `"results": [1, `},
	}
	for _, tt := range tests {
		broken := bytes.Replace(document, []byte(tt.old), []byte(tt.new), 1)
		if bytes.Equal(broken, document) {
			t.Errorf("%s: no %s in\n%s", tt.name, tt.old, document)
		} else if v.validate(broken) == nil {
			t.Errorf("%s: %s is accepted", tt.name, tt.new)
		}
	}
}

// readByOthers reads a document as a program that uses go-sarif would.
func readByOthers(document []byte) (*gosarif.Report, error) { return gosarif.FromBytes(document) }
