// Package integration holds what concerns the repository as a whole: which package may import which, and that every package says what it
// is for. The folders below it run what the repository makes, as its users would.
package integration

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/teleinstr/teleinstr"

// layers are the packages of the repository from the top down, with what each may import of it. As for the go command, /... stands for a
// package and all below it; the first layer that a package belongs to is its own.
// What a package imports of others is its own affair, unless it is marked standard library only.
var layers = []struct {
	packages string
	imports  []string
	onlyStd  bool
}{
	{"/cmd/teleinstr/internal/page", []string{"/cmd/teleinstr/internal/summary", "/runtime/simple"}, false},
	{"/cmd/teleinstr/internal/table", []string{"/cmd/teleinstr/internal/comparison", "/cmd/teleinstr/internal/summary"}, false},
	{"/cmd/teleinstr/internal/comparison", []string{"/cmd/teleinstr/internal/summary", "/runtime/simple"}, false},
	{"/cmd/teleinstr/internal/export", []string{
		"/cmd/teleinstr/internal/lanes", "/cmd/teleinstr/internal/spantree", "/cmd/teleinstr/internal/summary", "/runtime/jsonl",
	}, false},
	{"/cmd/teleinstr/internal/summary", []string{"/cmd/teleinstr/internal/spantree", "/runtime/jsonl", "/runtime/simple"}, false},
	{"/cmd/teleinstr/internal/spantree", []string{"/runtime/jsonl"}, false},
	{"/cmd/teleinstr/internal/lanes", nil, true},
	{"/cmd/teleinstr/internal/recording", []string{"/runtime/jsonl"}, true},
	{"/cmd/teleinstr", []string{
		"/cmd/teleinstr/internal/...", "/rewrite/atomicfile", "/rewrite/...", "/scopes", "/scopes/scopelint", "/runtime", "/runtime/autoreport", "/runtime/jsonl",
	}, false},
	{"/rewrite/overlay", []string{"/rewrite/cache", "/rewrite", "/scopes"}, false},
	{"/rewrite/atomicfile", nil, true},
	{"/rewrite/cache", []string{"/rewrite/atomicfile", "/rewrite"}, false},
	{"/rewrite", []string{"/rewrite/atomicfile", "/scopes/calls", "/scopes/scopename", "/scopes"}, false},
	{"/scopes/scopelint", []string{"/scopes", "/rewrite"}, false},
	{"/scopes/calls", []string{"/scopes/scopename", "/scopes"}, false},
	{"/scopes/scopename", nil, true},
	{"/scopes", []string{"/scopes/scopename"}, false},
	{"/runtime/autoreport", []string{
		"/runtime/exectrace", "/runtime/jsonl", "/runtime/logs", "/runtime/pproflabels", "/runtime/simple", "/runtime",
	}, true},
	{"/runtime/internal/kept", []string{"/runtime/internal/jsonvalue"}, true},
	{"/runtime/internal/...", nil, true},
	{"/runtime", []string{"/runtime/internal/...", "/scopes/scopename"}, true},
	{"/runtime/...", []string{"/runtime", "/runtime/internal/...", "/scopes/scopename"}, true},
	{"/integration/...", []string{"/runtime/...", "/integration/...", "/scopes/scopename"}, false},
}

// belongs reports whether a package is one of a pattern.
func belongs(path, pattern string) bool {
	prefix, below := strings.CutSuffix(pattern, "/...")
	return path == prefix || below && strings.HasPrefix(path, prefix+"/")
}

// TestImportDirection holds that imports point one way, and that the runtime needs nothing but the standard
// library.
func TestImportDirection(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		checkImports(t, strings.TrimPrefix(p.ImportPath, module), p.Imports)
	}
	if seen < len(layers) {
		t.Errorf("go list knows %d packages only", seen)
	}
}

func checkImports(t *testing.T, path string, imports []string) {
	for _, layer := range layers {
		if !belongs(path, layer.packages) {
			continue
		}
		for _, imported := range imports {
			own, isOwn := strings.CutPrefix(imported, module)
			first, _, _ := strings.Cut(imported, "/")
			switch {
			case isOwn && !slices.ContainsFunc(layer.imports, func(p string) bool { return belongs(own, p) }):
				t.Errorf("%s imports %s", path, own)
			case !isOwn && layer.onlyStd && strings.Contains(first, "."):
				t.Errorf("%s imports %s, which is not in the standard library", path, imported)
			}
		}
		return
	}
	t.Errorf("%s belongs to no layer; add it to layers", path)
}
