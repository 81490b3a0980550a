package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/rewrite/cache"
	"github.com/teleinstr/teleinstr/scopes"
)

// lintFlags are the flags of lint.
type lintFlags struct {
	format          string
	fix, diff       bool
	enable, disable []string
}

func newLint() *cobra.Command {
	f := lintFlags{format: "text"}
	cmd := &cobra.Command{
		Use:   "lint [packages]",
		Short: "Report what is wrong with directives, generated code and calls of the runtime package",
		Long: `lint reports every directive that generate would refuse, generated code that was edited or is out of date, and calls
of the runtime package written by hand that break its rules. Hints tell what may well be meant, such as a scope that
finds no context. The exit status is 1 if it reports more than hints.

Only files that hold any of this are parsed, and only their packages are type-checked. It needs no network and no package that
compiles: what could not be checked for the lack of types is said on standard error.

A finding ends in the rule that it is of. --disable takes rules out, and --enable makes hints fail; --disable all --enable RULE
leaves one rule alone. A comment //nolint:teleinstr in the line, or above the declaration or statement, speaks for what is meant.

With --fix it mends what it can: names become the nearest valid ones, misspelt directives are spelt right, repeated keys are
dropped, contexts that are dropped are assigned. What is left is reported.

go vet -vettool=$(which teleinstr) finds the same in one package at a time.`,
		Example: `  teleinstr lint ./...
  teleinstr lint --enable no-context ./...            # every scope must nest
  teleinstr lint --disable cardinality ./...
  teleinstr lint --format github ./...                # in a GitHub workflow
  teleinstr lint --format sarif ./... > lint.sarif    # for code scanning and editors
  teleinstr lint --fix -d ./...                       # what would --fix do?`,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			return f.run(cmd, dir, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", f.format, "how to print findings: "+formatNames)
	flags.StringSliceVar(&f.enable, "enable", nil, "fail on findings of these `rules`, hints or not; all for all")
	flags.StringSliceVar(&f.disable, "disable", nil, "leave these `rules` out; all for all but those enabled")
	flags.BoolVar(&f.fix, "fix", false, "mend what can be mended")
	flags.BoolVarP(&f.diff, "diff", "d", false, "with --fix, change nothing; print what would change as a unified diff")
	return cmd
}

func (f *lintFlags) run(cmd *cobra.Command, dir string, args []string) error {
	write, err := f.writer(cmd)
	if err != nil {
		return err
	}
	rules, err := scopes.Select(f.enable, f.disable)
	if err != nil {
		return err
	}
	result, err := f.lint(cmd, dir, args, rules)
	if err != nil {
		return relativeError(dir, err)
	}
	for _, why := range result.Untyped {
		fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: not checked by the rules that need types: %v\n", relativeError(dir, errors.New(why)))
	}
	found := findings{result.Diagnostics, rules}
	if f.diff {
		return printFixes(cmd, dir, args, found)
	}
	if err := write(cmd.OutOrStdout(), found.relativeTo(dir)); err != nil {
		return err
	}
	if found.fail() {
		return errFindings
	}
	return nil
}

// writer returns what writes findings in the format that is asked for, if the flags go together.
func (f *lintFlags) writer(cmd *cobra.Command) (func(io.Writer, findings) error, error) {
	write := formats[f.format]
	switch {
	case write == nil:
		return nil, fmt.Errorf("--format %s: unknown format; write %s", f.format, formatNames)
	case f.diff && !f.fix:
		return nil, errors.New("-d prints what --fix would change; give --fix as well")
	case f.diff && cmd.Flags().Changed("format"):
		return nil, errors.New("-d prints a diff, and what is left to standard error; leave --format out")
	}
	return write, nil
}

// lint finds what is wrong, or knows it from the last time, and mends it if it is asked to.
func (f *lintFlags) lint(cmd *cobra.Command, dir string, args []string, rules scopes.Selection) (*rewrite.LintResult, error) {
	lint := func() (*rewrite.LintResult, error) { return rewrite.Lint(dir, args, rules) }
	q, err := question(dir, slices.Concat([]string{"lint", strings.Join(f.enable, ","), strings.Join(f.disable, ",")}, args)...)
	if err != nil {
		return nil, err
	}
	result, err := cache.Remembered(q, lint)
	if err == nil && f.fix && !f.diff {
		return mend(cmd, result, lint)
	}
	return result, err
}

// printFixes prints what --fix would change, and what it would leave.
func printFixes(cmd *cobra.Command, dir string, args []string, found findings) error {
	fixed, err := rewrite.LintFixed(dir, args, found.rules)
	if err != nil {
		return relativeError(dir, err)
	}
	changes := output{diff: true}
	if err := changes.print(cmd.OutOrStdout(), dir, fixed.Changes); err != nil {
		return err
	}
	left := findings{fixed.Diagnostics, found.rules}
	if err := writeText(cmd.ErrOrStderr(), left.relativeTo(dir)); err != nil {
		return err
	}
	if found.fail() {
		return errFindings
	}
	return nil
}

// mend writes the fixes, and returns what is left. A fix may uncover more to fix.
func mend(cmd *cobra.Command, result *rewrite.LintResult, lint func() (*rewrite.LintResult, error)) (*rewrite.LintResult, error) {
	for len(result.Changes) > 0 {
		err := write(cmd.Context(), result.Changes)
		if err == nil {
			result, err = lint()
		}
		if err != nil {
			return nil, err
		}
	}
	return result, nil
}
