package main

import (
	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
)

func newStrip() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "strip [packages]",
		Short: "Take the generated code out of the source again",
		Long: `strip gives back every file as it was before generate, byte for byte, with the edits that were made
since. An edit inside generated code is reported, and its package left alone; the exit status is then 1.`,
		Example: `  teleinstr strip ./...
  teleinstr strip -d .    # show what would change`,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			result, err := rewrite.StripAll(dir, args)
			if err != nil {
				return relativeError(dir, err)
			}
			return out.apply(cmd, dir, result)
		},
	}
	out.flags(cmd)
	return cmd
}
