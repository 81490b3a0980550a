package overlay_test

import (
	"fmt"

	"github.com/teleinstr/teleinstr/rewrite/overlay"
)

// A command line is read as far as it matters, and the rest passed on.
func ExampleParseCommandLine() {
	line, err := overlay.ParseCommandLine([]string{"test", "-race", "-run", "TestLoad", "./orders"})
	if err != nil {
		fmt.Println(err)
		return
	}
	run, _ := line.Lookup("run")
	fmt.Println(line.Command, line.Packages, run, line.Tests())
	fmt.Println(line.With([]string{"-overlay=overlay.json"}))
	// Output:
	// test [./orders] TestLoad true
	// [test -overlay=overlay.json -race -run TestLoad ./orders]
}
