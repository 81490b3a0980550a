package ci

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const (
	golangciModule  = "github.com/golangci/golangci-lint/v2"
	golangciVersion = "v2.15.0"
	pluginModule    = rootModule + "/scopes/scopelint/golangci"
)

// TestGolangci runs golangci-lint with the plugin.
func TestGolangci(t *testing.T) {
	if testing.Short() {
		t.Skip("builds golangci-lint")
	}
	runScripts(t, "golangci_", buildGolangci(t))
}

// buildGolangci builds golangci-lint with the plugin, as golangci-lint custom does, but from the Go module: no clone of its
// repository. It returns the directory of the program. That is in the build directory of the checkout, so that
// the go command builds it again only if something has changed.
func buildGolangci(t *testing.T) string {
	var module struct{ Dir, Sum, GoModSum, Error string }
	out, err := exec.Command("go", "mod", "download", "-json", golangciModule+"@"+golangciVersion).Output()
	if decodeErr := json.Unmarshal(out, &module); err == nil {
		err = decodeErr
	}
	if err != nil {
		unavailable(t, fmt.Errorf("%s: %w: %s", golangciModule, err, module.Error))
	}
	root := absolute(t, "../..")
	scratch := filepath.Join(root, "build", "golangci-lint")
	if err := os.MkdirAll(scratch, 0o777); err != nil {
		t.Fatal(err)
	}
	sums := fmt.Appendf(nil, "%[1]s %[2]s %[3]s\n%[1]s %[2]s/go.mod %[4]s\n", golangciModule, golangciVersion, module.Sum, module.GoModSum)
	for _, dir := range []string{module.Dir, root, filepath.Join(root, "scopes/scopelint/golangci")} {
		sums = append(sums, read(t, filepath.Join(dir, "go.sum"))...)
	}
	for name, contents := range map[string][]byte{
		"go.mod":    read(t, filepath.Join(module.Dir, "go.mod")),
		"go.sum":    sums,
		"main.go":   read(t, filepath.Join(module.Dir, "cmd/golangci-lint/main.go")),
		"plugin.go": fmt.Appendf(nil, "package main\n\nimport _ %q\n", pluginModule),
	} {
		if err := os.WriteFile(filepath.Join(scratch, name), contents, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	run := func(args ...string) error {
		cmd := exec.Command("go", args...)
		cmd.Dir = scratch
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w\n%s", args[0], err, out)
		}
		return nil
	}
	if err := run("mod", "edit", "-module=example.com/golangci",
		"-require="+golangciModule+"@"+golangciVersion,
		"-require="+rootModule+"@v0.0.0", "-replace="+rootModule+"="+root,
		"-require="+pluginModule+"@v0.0.0", "-replace="+pluginModule+"="+filepath.Join(root, "scopes/scopelint/golangci")); err != nil {
		t.Fatal(err)
	}
	if err := run("list", "-deps", "."); err != nil {
		unavailable(t, err)
	}
	if err := run("build", "-buildvcs=false", "-o", "bin/golangci-lint", "."); err != nil {
		t.Fatal(err)
	}
	t.Logf("built in %v", time.Since(start).Round(time.Second))
	return filepath.Join(scratch, "bin")
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	contents, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return contents
}
