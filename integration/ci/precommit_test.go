package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestPreCommit runs the hooks.
func TestPreCommit(t *testing.T) {
	for _, program := range []string{"pre-commit", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			unavailable(t, err)
		}
	}
	runScripts(t, "precommit_")
}

// repository makes a repository of the files of the checkout as they are, with a tag, to be found by the address of the real one.
func repository(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: repository TAG")
	}
	root, home := ts.Getenv("CHECKOUT"), ts.Getenv("HOME")
	dir := filepath.Join(home, "teleinstr")
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	list.Dir = root
	files, err := list.Output()
	ts.Check(err)
	for name := range strings.SplitSeq(strings.TrimRight(string(files), "\x00"), "\x00") {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted, or a symbolic link to a directory
		}
		contents, err := os.ReadFile(filepath.Join(root, name))
		ts.Check(err)
		ts.Check(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o777))
		ts.Check(os.WriteFile(filepath.Join(dir, name), contents, info.Mode()))
	}
	const config = "[user]\n\tname = n\n\temail = n@example.com\n[init]\n\tdefaultBranch = main\n" +
		"[safe]\n\tdirectory = *\n[protocol \"file\"]\n\tallow = always\n[url \"file://%\"]\n\tinsteadOf = https://" + rootModule + "\n"
	ts.Check(os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(strings.ReplaceAll(config, "%", dir)), 0o666))
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-qm", "all"}, {"tag", args[0]}} {
		ts.Check(ts.Exec("git", append([]string{"-C", dir}, args...)...))
	}
}
