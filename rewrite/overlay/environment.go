package overlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os/exec"
	"strings"
)

// An environment is what the go command says of itself for a directory.
type environment struct {
	// GOMOD is the go.mod file, the null device outside of modules, empty if modules are switched off.
	GOMOD string
	// GOWORK is the go.work file; empty outside of workspaces, and where they are switched off.
	GOWORK    string
	GOFLAGS   string
	GOVERSION string
	// What else decides which files the go command takes, and what it finds in them.
	GOROOT, GOOS, GOARCH, GOEXPERIMENT, CGO_ENABLED, GOMODCACHE, GOTOOLCHAIN, GOCACHE string
	GO386, GOAMD64, GOARM, GOARM64, GOMIPS, GOMIPS64, GOPPC64, GORISCV64, GOWASM      string

	flags []arg // of GOFLAGS
}

// minVersion is the first version of Go that the runtime package compiles with.
const minVersion = "go1.26"

func readEnvironment(dir string) (*environment, error) {
	cmd := exec.Command("go", "env", "-json", "GOMOD", "GOWORK", "GOFLAGS", "GOVERSION", "GOROOT", "GOOS", "GOARCH",
		"GOEXPERIMENT", "CGO_ENABLED", "GOMODCACHE", "GOTOOLCHAIN", "GOCACHE", "GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS",
		"GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM")
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if message := strings.TrimSpace(stderr.String()); message != "" {
			return nil, errors.New(message)
		}
		return nil, fmt.Errorf("go env: %w", err)
	}
	e := new(environment)
	if err := json.Unmarshal(stdout.Bytes(), e); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	flags, err := splitFlags(e.GOFLAGS)
	if err != nil {
		return nil, fmt.Errorf("GOFLAGS: %w", err)
	}
	for _, word := range flags {
		name, value, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		e.flags = append(e.flags, arg{words: []string{word}, flag: name, value: value})
	}
	if e.GOWORK == "off" {
		e.GOWORK = ""
	}
	switch {
	case e.GOMOD == "":
		return nil, errors.New("go: GO111MODULE=off: packages outside of modules cannot be instrumented; switch modules on")
	case version.IsValid(e.GOVERSION) && version.Compare(e.GOVERSION, minVersion) < 0:
		return nil, fmt.Errorf("go: this is %s, and the runtime package needs %s; update Go, or the toolchain that go.mod names", e.GOVERSION, minVersion)
	}
	return e, nil
}

// lookup returns the value of a flag from the command line, or else from GOFLAGS.
func (e *environment) lookup(c *CommandLine, flag string) (value string, ok bool) {
	if value, ok := c.Lookup(flag); ok {
		return value, true
	}
	for _, a := range e.flags {
		if a.flag == flag {
			value, ok = a.value, true
		}
	}
	return value, ok
}
