package rewrite

import (
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestConfigurationFor wants, for every file, a configuration in which go/build takes it in, and that of the
// machine where that does.
func TestConfigurationFor(t *testing.T) {
	tests := []struct{ name, constraint, want string }{
		{"a.go", "", runtime.GOOS + "/" + runtime.GOARCH},
		{"a_windows.go", "", "windows/" + runtime.GOARCH},
		{"a_plan9_test.go", "", "plan9/" + runtime.GOARCH},
		{"a_windows_arm64.go", "", "windows/arm64"},
		{"a_arm64.go", "", runtime.GOOS + "/arm64"},
		{"windows.go", "", runtime.GOOS + "/" + runtime.GOARCH},
		{"a_x_y.go", "", runtime.GOOS + "/" + runtime.GOARCH},
		{"a_js_wasm.go", "", "js/wasm"},
		{"a_js.go", "", "js/wasm"},
		{"a.go", "aix", "aix/ppc64"},
		{"a.go", "integration", runtime.GOOS + "/" + runtime.GOARCH + " integration"},
		{"a.go", "a && (b || c) && !d", runtime.GOOS + "/" + runtime.GOARCH + " a,b"},
		{"a.go", "!unix && !windows", "plan9/" + runtime.GOARCH},
		{"a.go", "(darwin || hurd || tinygo) && !appengine", "darwin/" + runtime.GOARCH},
		{"a.go", "hurd", "none"},
		{"a_sparc64.go", "", "none"},
		{"a.go", "darwin && cgo", "darwin/" + runtime.GOARCH + " with cgo"},
		{"a.go", "go1.21 && !go1.999", "none"},
		{"a.go", "(darwin || hurd || custom) && !tinygo", "darwin/" + runtime.GOARCH},
		{"a.go", "hurd || nacl", "none"},
		{"a.go", "android", "android/" + runtime.GOARCH},
		{"a.go", "linux && !linux", "none"},
		{"a_windows.go", "linux", "none"},
		{"a.go", "a && b && c && d && e && f && g && h && i", "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.constraint, func(t *testing.T) {
			src := "package a\n"
			if tt.constraint != "" {
				src = "//go:build " + tt.constraint + "\n\n" + src
			}
			dir := t.TempDir()
			path := filepath.Join(dir, tt.name)
			if err := os.WriteFile(path, []byte(src), 0o666); err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			c, ok := configurationFor(path, file)
			got := "none"
			if ok {
				got = c.goos + "/" + c.goarch
				if c.tags != "" {
					got += " " + c.tags
				}
				if c.cgo {
					got += " with cgo"
				}
			}
			if got != tt.want {
				t.Fatalf("configuration is %s, want %s", got, tt.want)
			}
			if !ok {
				return
			}
			ctxt := build.Default
			ctxt.GOOS, ctxt.GOARCH, ctxt.CgoEnabled, ctxt.BuildTags = c.goos, c.goarch, c.cgo, strings.Split(c.tags, ",")
			if matches, err := ctxt.MatchFile(dir, tt.name); !matches || err != nil {
				t.Errorf("go/build leaves the file out: %v", err)
			}
		})
	}
}
