package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Explain a command",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			explained, _, err := root.Find(args)
			if err != nil {
				return err
			}
			if explained == root {
				if err := noCommand(root, args); err != nil {
					return err
				}
			}
			explained.InitDefaultHelpFlag()
			return explained.Help()
		},
	}
}

// noCommand rejects what the user has given in the place of a command of root.
func noCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	remedy := fmt.Sprintf("see %s --help", root.CommandPath())
	if names := root.SuggestionsFor(args[0]); len(names) > 0 {
		remedy = fmt.Sprintf("did you mean %s?", strings.Join(names, " or "))
	}
	return fmt.Errorf("unknown command %q; %s", args[0], remedy)
}
