package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
)

func newLint() *cobra.Command {
	format := "text"
	fix, diff := false, false
	cmd := &cobra.Command{
		Use:   "lint [packages]",
		Short: "Report directives that are invalid, misspelt or misplaced",
		Long: `lint reports every directive that generate would refuse for what can be seen without types: invalid
names and keys, misspelt and misplaced directives, expressions that do not parse, functions that cannot be
instrumented, generated code that was edited. It needs neither a module nor a package that compiles. The exit status is 1 if it reports
anything.

With --fix it mends what it can: names become the nearest valid ones, misspelt directives are spelt right, repeated keys are
dropped. What is left is reported.

go vet -vettool=$(which teleinstr) finds the same where packages compile, and looks at calls of the runtime package
written by hand as well.`,
		Example: `  teleinstr lint ./...
  teleinstr lint --format github ./...                # in a GitHub workflow
  teleinstr lint --format sarif ./... > lint.sarif    # for code scanning and editors
  teleinstr lint --fix -d ./...                       # what would --fix do?`,
		RunE: func(cmd *cobra.Command, args []string) error {
			write := formats[format]
			switch {
			case write == nil:
				return fmt.Errorf("--format %s: unknown format; write %s", format, formatNames)
			case diff && !fix:
				return fmt.Errorf("-d prints what --fix would change; give --fix as well")
			}
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			result, err := rewrite.Lint(dir, args)
			if err == nil && fix {
				result, err = mend(cmd, dir, args, result, diff)
			}
			if errors.Is(err, errFindings) {
				return err
			}
			if err != nil {
				return relativeError(dir, err)
			}
			for i := range result.Diagnostics {
				at := &result.Diagnostics[i].Position
				at.Filename = relative(dir, at.Filename)
			}
			if err := write(cmd.OutOrStdout(), result.Diagnostics); err != nil {
				return err
			}
			if len(result.Diagnostics) > 0 {
				return errFindings
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "how to print findings: "+formatNames)
	cmd.Flags().BoolVar(&fix, "fix", false, "mend what can be mended")
	cmd.Flags().BoolVarP(&diff, "diff", "d", false, "with --fix, change nothing; print what would change as a unified diff")
	return cmd
}

// mend writes the fixes, or prints them, and returns what is left. A fix may uncover more to fix.
func mend(cmd *cobra.Command, dir string, args []string, result *rewrite.LintResult, diff bool) (*rewrite.LintResult, error) {
	if diff {
		out := output{diff: true}
		out.print(cmd.OutOrStdout(), dir, &rewrite.Result{Changes: result.Changes})
		if len(result.Diagnostics) > 0 {
			return nil, errFindings
		}
		return result, nil
	}
	var err error
	for len(result.Changes) > 0 && err == nil {
		if err = write(cmd.Context(), result.Changes); err == nil {
			result, err = rewrite.Lint(dir, args)
		}
	}
	return result, err
}
