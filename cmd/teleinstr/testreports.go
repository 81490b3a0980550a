package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite/overlay"
	"github.com/teleinstr/teleinstr/runtime/autoreport"
)

// testReports are the reports of the tests that go test runs: it does not show what a package prints whose tests
// pass, so that they are written to files.
type testReports struct{ dir string }

func newTestReports(plan *overlay.Plan, wanted bool) (testReports, error) {
	if plan.Command != "test" || !wanted {
		return testReports{}, nil
	}
	dir, err := os.MkdirTemp("", "teleinstr-reports-")
	return testReports{dir}, err
}

// arguments keeps go test from taking results from its cache, in which there are no reports, unless the caller
// says how often to run the tests.
func (r testReports) arguments(args []string) []string {
	if r.dir == "" {
		return args
	}
	at := 1
	if len(args) > 1 && strings.HasPrefix(args[1], "-C=") {
		at = 2
	}
	return append(append(append([]string{}, args[:at]...), "-count=1"), args[at:]...)
}

func (r testReports) environment() []string {
	if r.dir == "" {
		return nil
	}
	return []string{autoreport.DirVariable + "=" + r.dir}
}

// print prints the reports, by package.
func (r testReports) print(cmd *cobra.Command) error {
	if r.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(r.dir, e.Name()))
		if err != nil {
			return err
		}
		name, err := url.PathUnescape(e.Name())
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "\n# %s\n%s", name, text)
	}
	return nil
}

func (r testReports) remove() {
	if r.dir != "" {
		os.RemoveAll(r.dir)
	}
}
