// Command teleinstr puts timings and metrics into Go functions that carry //tele: directives.
//
// See the package documentation of scopes for the directive language, and of rewrite for what becomes of
// the source.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/scopes"
)

// Exit statuses, as the commands promise them.
const (
	exitClean    = 0 // nothing to report
	exitFindings = 1 // lint, --check, sites refused
	exitFailure  = 2 // usage or I/O error
)

func main() {
	if isVetTool(os.Args[1:]) {
		vetTool()
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// errFindings ends a command that has printed its findings.
var errFindings = errors.New("findings")

// run runs one command line and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(stdin, stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if child := (*exec.ExitError)(nil); errors.As(err, &child) {
		dieAs(child)
		return child.ExitCode()
	}
	switch {
	case err == nil:
		return exitClean
	case errors.Is(err, errFindings):
		return exitFindings
	default:
		fmt.Fprintf(stderr, "teleinstr: %s\n", scopes.Printable(err.Error()))
		return exitFailure
	}
}

func newRoot(stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "teleinstr",
		Short: "Timings and metrics for Go functions, from directives",
		Long: `teleinstr finds //tele: directives in Go source and puts the code of timings and metrics where they
stand:

	//tele:scope pipeline.plan batch_size=len(items)
	func Plan(ctx context.Context, items []Item) (Schedule, error) {

Packages are go patterns such as ./..., directories, or files; without any, the current directory.`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		Args:                       noCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			return cmd.Help()
		},
	}
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newGenerate(), newStrip(), newLint(), newList(), newAnnotate(), newGo(), newReport(), newToolexec(), newVersion(), newCompletion())
	root.SetHelpCommand(newHelp())
	return root
}
