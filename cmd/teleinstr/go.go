package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite/overlay"
	"github.com/teleinstr/teleinstr/runtime/autoreport"
)

func newGo() *cobra.Command {
	var out output
	page := ""
	cmd := &cobra.Command{
		Use:   "go [-d] [-l] [--html file] build|install|list|run|test|vet [arguments]",
		Short: "Run the go command with the code of directives, and leave the source as it is",
		Long: `go runs the go command over an overlay: the packages of the main module, or of those of the workspace, are built with the
code of their directives. No file of theirs is changed, nor go.mod and go.sum; a module that does not require
teleinstr gets the runtime package that this command carries. Every line keeps its number: stack
traces, debuggers, coverage and compile errors name the original file.

What is behind the command's name goes to the go command as it is, and its exit status comes back. A directive
that is refused ends the command before anything is built.

A program built like this sets itself up: with TELEINSTR_TELEMETRY=1 and TELEINSTR_REPORT=tree it prints what it
recorded when it ends, and go test prints it for each package. With --html, telemetry is on, and what run and test
record becomes a page, as teleinstr report makes it.`,
		Example: `  TELEINSTR_TELEMETRY=1 TELEINSTR_REPORT=tree teleinstr go run .
  teleinstr go --html page.html run .
  teleinstr go test -race ./...
  teleinstr go build -o server ./cmd/server
  teleinstr go -d build ./...   # print the code that would be compiled`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if page == "" && cmd.Flags().Changed("html") {
				return errors.New("--html: no file; name one for the page")
			}
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			options, err := overlayOptions(dir, args)
			if err != nil {
				return err
			}
			options.Fresh = out.list || out.diff
			// Most of what is allocated lives as long as the command: collecting it often would be a tenth of its time.
			debug.SetGCPercent(400)
			plan, err := overlay.Prepare(options)
			if err != nil {
				return relativeError(dir, err)
			}
			if options.Fresh {
				if err := out.print(cmd.OutOrStdout(), dir, plan.Changes); err != nil {
					return err
				}
				return report(cmd.ErrOrStderr(), dir, append(plan.Diagnostics, plan.Uncompiled...))
			}
			if err := report(cmd.ErrOrStderr(), dir, plan.Diagnostics); err != nil {
				return err
			}
			return runGo(cmd, dir, plan, page)
		},
	}
	cmd.Flags().SetInterspersed(false)
	cmd.Flags().BoolVarP(&out.list, "list", "l", false, "run nothing; name the files that would be compiled from the overlay")
	cmd.Flags().BoolVarP(&out.diff, "diff", "d", false, "run nothing; print what would be compiled as a unified diff")
	cmd.Flags().StringVar(&page, "html", "", "for run and test: write a page of what was recorded to a `file`")
	return cmd
}

func newToolexec() *cobra.Command {
	return &cobra.Command{
		Use:                toolexec,
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return overlay.Toolexec(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
}

const toolexec = "toolexec"

func overlayOptions(dir string, args []string) (overlay.Options, error) {
	self, version, err := executable()
	if err != nil {
		return overlay.Options{}, err
	}
	return overlay.Options{Args: args, Dir: dir, Cache: cacheDirectory(), Toolexec: []string{self, toolexec}, Version: version}, nil
}

// runGo runs the go command as planned.
func runGo(cmd *cobra.Command, dir string, plan *overlay.Plan, page string) error {
	recording, err := newPageRecording(cmd, page, plan)
	if err != nil {
		return err
	}
	if plan.Sites == 0 && len(plan.Uncompiled) == 0 && !plan.Refused {
		fmt.Fprintln(cmd.ErrOrStderr(), "teleinstr: no directives in the packages of the main module that this builds; nothing is instrumented")
	}
	reports, err := newTestReports(plan, recording.wanted() || os.Getenv(autoreport.Variable) != "")
	if err != nil {
		return err
	}
	defer reports.remove()
	child := exec.Command("go", reports.arguments(plan.Args)...)
	child.Stdin, child.Stdout, child.Stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	child.Env = slices.Concat(os.Environ(), recording.environment(), reports.environment())
	status := runForwarding(child)
	if err := errors.Join(reports.print(cmd), recording.write(cmd)); err != nil {
		return errors.Join(err, status)
	}
	if status == nil && plan.Refused {
		return errors.New("the go command has built packages that are not instrumented, as it was expected to refuse the vendor directory")
	}
	if status == nil && len(plan.Uncompiled) > 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "teleinstr: the go command has built packages that are not instrumented:")
		return report(cmd.ErrOrStderr(), dir, plan.Uncompiled)
	}
	return status
}
