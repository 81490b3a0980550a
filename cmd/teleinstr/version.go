package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	// What a module gets with the tool is to hold what generated code imports: go mod tidy and go mod vendor
	// leave out what nothing imports.
	_ "github.com/teleinstr/teleinstr/runtime"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of teleinstr, what it was built from, and with which Go",
		Args:  cobra.ExactArgs(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "teleinstr %s %s %s/%s\n", thisBuild(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// thisBuild returns what is known of this program.
func thisBuild() string {
	info, _ := debug.ReadBuildInfo()
	return build(info)
}

// build returns the version of the module and, of what was built in a checkout, the revision. It is (devel) if nothing is known.
func build(info *debug.BuildInfo) string {
	if info == nil || info.Main.Version == "" {
		return "(devel)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if revision == "" {
		return info.Main.Version
	}
	from := "revision " + revision[:min(12, len(revision))] + " of " + settings["vcs.time"]
	if settings["vcs.modified"] == "true" {
		from += ", modified"
	}
	return info.Main.Version + " (" + from + ")"
}
