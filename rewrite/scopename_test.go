package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"testing"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// TestScopeName derives names from all that can be a function in Go.
func TestScopeName(t *testing.T) {
	tests := []struct{ pkg, fn, want string }{
		{"orders", "func Load() {}", "orders.load"},
		{"orders", "func (*HTTPServer) ServeHTTP() {}", "orders.http_server.serve_http"},
		{"orders", "func (s HTTPServer) ServeHTTP() {}", "orders.http_server.serve_http"},
		{"orders", "func (s *Set[K]) Len() {}", "orders.set.len"},
		{"orders", "func (Pair[K, _]) Len() {}", "orders.pair.len"},
		{"orders", "func ((*(Odd))) Len() {}", "orders.odd.len"},
		{"orders", "func (struct{}) Len() {}", "orders.len"}, // invalid, and parsed all the same
		{"orders", "func init() {}", "orders.init"},
		{"orders_test", "func TestLoad_twice() {}", "orders_test.test_load_twice"},
		{"orders", "func X__Y() {}", "orders.x__y"},
		{"orders", "func _x() {}", "orders.x"},
		{"orders", "func x_() {}", "orders.x_"},
		{"orders", "func _1() {}", "orders.n1"},
		{"orders", "func Größe() {}", "orders.gr_e"},
		{"orders", "func Ärger() {}", "orders.rger"},
		{"orders", "func Ä() {}", "no scope name can be made of Ä, which has no letters from a to z"},
		{"orders", "func 世界() {}", "no scope name can be made of 世界, which has no letters from a to z"},
		{"orders", "func (世界) Load() {}", "no scope name can be made of 世界, which has no letters from a to z"},
		{"世界", "func Load() {}", "no scope name can be made of 世界, which has no letters from a to z"},
		{"orders", "func __() {}", "no scope name can be made of __, which has no letters from a to z"},
		{"my.tool", "func Load() {}", "my_tool.load"}, // a command in example.com/my.tool
		{"9p", "func Load() {}", "n9p.load"},
	}
	for _, tt := range tests {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+tt.fn, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := scopeName(tt.pkg, file.Decls[0].(*ast.FuncDecl))
		switch {
		case err != nil:
			got = err.Error()
		case !scopename.Valid(got):
			t.Errorf("%s: %s: %q is no scope name", tt.pkg, tt.fn, got)
		}
		if got != tt.want {
			t.Errorf("%s: %s:\n got %s\nwant %s", tt.pkg, tt.fn, got, tt.want)
		}
	}
}

// TestCommandName looks at commands in modules of all kinds.
func TestCommandName(t *testing.T) {
	tests := []struct{ gomod, dir, want string }{
		{"module example.com/tool\n", ".", "tool"},
		{"module example.com/tool/v2\n", ".", "tool"},
		{"module example.com/tool/v2\n", "cmd/other", "other"},
		{"module example.com/tool\n", "cmd/other/v3", "other"},
		{"module gopkg.in/tool.v3\n", ".", "tool"},
		{"module tool // a comment\n", ".", "tool"},
		{"go 1.26\n", ".", "main"}, // no module path
		{"", "cmd/other", "main"},  // no go.mod
	}
	for _, tt := range tests {
		root := t.TempDir()
		if tt.gomod != "" {
			if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte(tt.gomod), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		dir := filepath.Join(root, filepath.FromSlash(tt.dir))
		for pkg, want := range map[string]string{"main": tt.want, "main_test": tt.want + "_test", "lib": "lib"} {
			got := packageNames{}.of(filepath.Join(dir, "a.go"), &ast.File{Name: ast.NewIdent(pkg)})
			if got != want {
				t.Errorf("package %s in %s of %q: got %s, want %s", pkg, tt.dir, tt.gomod, got, want)
			}
		}
	}
}
