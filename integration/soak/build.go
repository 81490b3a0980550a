//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	// What the service is built with: go.mod requires it, so that an overlay adds it, and go test notices changes.
	_ "github.com/teleinstr/teleinstr/runtime/otel/auto"
	_ "github.com/teleinstr/teleinstr/runtime/prometheus/auto"
)

// binaries are two builds of the service, from the same files.
type binaries struct {
	plain, instrumented string
	annotated           string // what annotate says
}

// build makes a module of the service, annotates all of it, and builds it.
func build(o options) (b binaries, err error) {
	checkout, err := filepath.Abs(o.checkout)
	if err != nil {
		return b, err
	}
	module := filepath.Join(o.dir, "service")
	if err := copyService(checkout, module); err != nil {
		return b, err
	}
	tool := filepath.Join(o.dir, "teleinstr")
	if _, err := command(checkout, "go", "build", "-o", tool, "./cmd/teleinstr"); err != nil {
		return b, err
	}
	if b.annotated, err = command(module, tool, "annotate", "./..."); err != nil {
		return b, err
	}
	b.plain, b.instrumented = filepath.Join(o.dir, "plain"), filepath.Join(o.dir, "instrumented")
	if _, err := command(module, "go", "build", "-o", b.plain, "."); err != nil {
		return b, err
	}
	_, err = command(module, tool, "go", "build", "-o", b.instrumented, ".")
	return b, err
}

// replacement is a line of go.mod that names a directory.
var replacement = regexp.MustCompile(`=> (\.\S*)`)

// copyService copies the service into a module of its own, which requires what this one does.
func copyService(checkout, to string) error {
	here := filepath.Join(checkout, "integration/soak")
	if err := os.CopyFS(to, os.DirFS(filepath.Join(here, "service"))); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(here, "go.mod"))
	if err != nil {
		return err
	}
	_, requirements, _ := strings.Cut(string(text), "\n")
	requirements = replacement.ReplaceAllStringFunc(requirements, func(r string) string {
		return fmt.Sprintf("=> %q", filepath.Join(here, strings.TrimPrefix(r, "=> ")))
	})
	if err := os.WriteFile(filepath.Join(to, "go.mod"), []byte("module example.com/service\n"+requirements), 0o666); err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(here, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "go.sum"), sums, 0o666)
}

// command runs a program, and returns what it has written.
func command(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(cleanEnvironment(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// cleanEnvironment is that of this process, without what telemetry heeds.
func cleanEnvironment() (env []string) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "OTEL_") || strings.HasPrefix(name, "TELEINSTR_") || strings.HasPrefix(name, "GEMINI_") || name == "DEBUG" {
			continue
		}
		env = append(env, variable)
	}
	return env
}
