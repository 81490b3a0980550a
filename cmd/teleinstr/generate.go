package main

import (
	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
)

func newGenerate() *cobra.Command {
	var out output
	check := false
	cmd := &cobra.Command{
		Use:   "generate [packages]",
		Short: "Put the code of directives into the source",
		Long: `generate rewrites the functions that carry //tele: directives, in place. What it inserts stands between
//tele:gen and //tele:end; running it again changes nothing, and strip takes all of it out again. The
packages must compile, and their module must require teleinstr:

	go get github.com/teleinstr/teleinstr/runtime

A package with a directive that is refused is left alone as a whole. The exit status is then 1.`,
		Example: `  teleinstr generate ./...
  teleinstr generate --check ./...          # in CI: is what is committed up to date?
  //go:generate go tool teleinstr generate  # in a source file`,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			generate := func() (*rewrite.Result, error) { return rewrite.Generate(dir, args) }
			if check {
				return out.check(cmd, dir, args, generate)
			}
			result, err := generate()
			if err != nil {
				return relativeError(dir, err)
			}
			return out.apply(cmd, dir, result)
		},
	}
	out.flags(cmd)
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; name the files that are not up to date and exit 1 if there are any")
	return cmd
}
