package cache

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// An Environment is what the go command says of itself for a directory.
type Environment struct {
	// GOMOD is the go.mod file, the null device outside of modules, empty if modules are switched off.
	GOMOD string
	// GOWORK is the go.work file; empty outside of workspaces, and where they are switched off.
	GOWORK    string
	GOFLAGS   string
	GOVERSION string
	// What else decides which files the go command takes, and what it finds in them.
	GOROOT, GOOS, GOARCH, GOEXPERIMENT, CGO_ENABLED, GOMODCACHE, GOTOOLCHAIN, GOCACHE string
	GO386, GOAMD64, GOARM, GOARM64, GOMIPS, GOMIPS64, GOPPC64, GORISCV64, GOWASM      string
}

// ReadEnvironment asks the go command. An error is what it says.
func ReadEnvironment(dir string) (Environment, error) {
	cmd := exec.Command("go", "env", "-json", "GOMOD", "GOWORK", "GOFLAGS", "GOVERSION", "GOROOT", "GOOS", "GOARCH",
		"GOEXPERIMENT", "CGO_ENABLED", "GOMODCACHE", "GOTOOLCHAIN", "GOCACHE", "GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS",
		"GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM")
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var e Environment
	if err := cmd.Run(); err != nil {
		if message := strings.TrimSpace(stderr.String()); message != "" {
			return e, errors.New(message)
		}
		return e, fmt.Errorf("go env: %w", err)
	}
	if err := json.Unmarshal(stdout.Bytes(), &e); err != nil {
		return e, fmt.Errorf("go env: %w", err)
	}
	if e.GOWORK == "off" {
		e.GOWORK = ""
	}
	return e, nil
}
