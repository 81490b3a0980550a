package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the completion script of a shell",
		Example: `  source <(teleinstr completion bash)                                    # in ~/.bashrc
  teleinstr completion zsh > "${fpath[1]}/_teleinstr"
  teleinstr completion fish > ~/.config/fish/completions/teleinstr.fish
  teleinstr completion powershell | Out-String | Invoke-Expression        # in $PROFILE`,
		Args:      oneShell,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			default:
				return root.GenPowerShellCompletionWithDesc(out)
			}
		},
	}
}

func oneShell(cmd *cobra.Command, args []string) error {
	if err := cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)(cmd, args); err != nil {
		return errors.New("give one shell: bash, zsh, fish or powershell")
	}
	return nil
}
