package main

import (
	"fmt"
	"go/token"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/scopes"
)

func newLint() *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "lint [packages]",
		Short: "Report directives that are invalid, misspelt or misplaced",
		Long: `lint reports every directive that generate would refuse for what can be seen without types: invalid
names and keys, misspelt and misplaced directives, expressions that do not parse, functions that cannot be
instrumented, generated code that was edited. It needs neither a module nor a package that compiles. The exit status is 1 if it reports
anything.`,
		Example: `  teleinstr lint ./...`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" {
				return fmt.Errorf("--format %s: unknown format; write text", format)
			}
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			sources, err := scopes.Scan(dir, args)
			if err != nil {
				return relativeError(dir, err)
			}
			var diagnostics []scopes.Diagnostic
			for _, s := range sources {
				diagnostics = append(diagnostics, scopes.Lint(token.NewFileSet(), s)...)
				_, edited := rewrite.Strip(s.Path, s.Src)
				diagnostics = append(diagnostics, edited...)
			}
			return report(cmd.OutOrStdout(), dir, scopes.SortDiagnostics(diagnostics))
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "how to print findings: text")
	return cmd
}
