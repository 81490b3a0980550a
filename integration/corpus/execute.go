package corpus

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/teleinstr/teleinstr/integration/corpus/recording"
)

// An execution is what became of a command.
type execution struct {
	command        string
	stdout, stderr string
	status         error // nil, or an *[exec.ExitError], or why the command could not be started
	took           time.Duration
}

// execute runs a command in dir, with additions to an environment in which telemetry is off and nothing of
// the caller's workspace and git configuration is left.
func execute(ctx context.Context, dir string, env []string, name string, args ...string) *execution {
	var stdout, stderr strings.Builder
	e := &execution{command: strings.Join(append([]string{filepath.Base(name)}, args...), " ")}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(neutralEnvironment(), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 10 * time.Second
	start := time.Now()
	e.status = cmd.Run()
	e.took = time.Since(start)
	e.stdout, e.stderr = stdout.String(), stderr.String()
	return e
}

// err describes a command that has failed.
func (e *execution) err() error {
	if e.status == nil {
		return nil
	}
	return fmt.Errorf("%s: %w\n%s%s", e.command, e.status, e.stdout, e.stderr)
}

func neutralEnvironment() []string {
	var env []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		switch {
		case name == "GOWORK", name == "DEBUG", name == "PWD", name == recording.File,
			strings.HasPrefix(name, "TELEINSTR_"), strings.HasPrefix(name, "GEMINI_"), strings.HasPrefix(name, "GIT_"):
		default:
			env = append(env, variable)
		}
	}
	flags := strings.TrimSpace(os.Getenv("GOFLAGS") + " -buildvcs=false")
	return append(env, "GOFLAGS="+flags, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
}
