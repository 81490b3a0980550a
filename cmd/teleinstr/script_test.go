package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts to what the commands print")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"teleinstr": main})
}

// TestScripts runs the scripts in testdata/script. Besides the commands of testscript, they use those of
// this file:
//
//	gomod MODULE             write a go.mod that requires teleinstr as it is here, and take a snapshot
//	status CODE COMMAND…     run a command that exits with that code
//	replace FILE OLD NEW     replace OLD, which must be there once; \n and \t stand for newline and tab
//	bom FILE, chomp FILE     put a byte order mark in front; take the last newline off
//	snapshot                 remember all files below the current directory
//	refused FILE             the last command has said on standard error what lint has in FILE, but for rules and hints
//	unchanged                no file below it differs from the snapshot, none was added or removed
//
// Without a snapshot, unchanged goes by what the archive holds. The condition [modules:DIR] holds if what the module in that
// directory of the checkout requires can be had.
func TestScripts(t *testing.T) {
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	environment := append(goEnvironment(t), home(t)...)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(checkout, "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, environment...)
			env.Setenv("CHECKOUT", checkout)
			taken, err := takeSnapshot(env.WorkDir)
			env.Values[snapshotKey{}] = &taken
			return err
		},
		Condition: func(condition string) (bool, error) {
			if dir, ok := strings.CutPrefix(condition, "modules:"); ok {
				return download(filepath.Join(checkout, dir))
			}
			return false, fmt.Errorf("unknown condition %q", condition)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"gomod":     gomod,
			"status":    status,
			"replace":   replace,
			"bom":       edit(func(src []byte) []byte { return append([]byte("\ufeff"), src...) }),
			"chomp":     edit(func(src []byte) []byte { return bytes.TrimSuffix(src, []byte("\n")) }),
			"refused":   refused,
			"snapshot":  retake,
			"unchanged": unchanged,
		},
	})
}

// goEnvironment keeps the go command of the scripts off the network and lets it use the caches of this one.
func goEnvironment(t *testing.T) []string {
	out, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	var caches map[string]string
	if err := json.Unmarshal(out, &caches); err != nil {
		t.Fatal(err)
	}
	vars := []string{"GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK=", "GOFLAGS=", "GOENV=off"}
	for _, name := range slices.Sorted(maps.Keys(caches)) {
		vars = append(vars, name+"="+caches[name])
	}
	return vars
}

// download has the go command of this test fetch what a module requires, for that of the scripts. That it cannot is no excuse in CI.
func download(dir string) (bool, error) {
	out, err := exec.Command("go", "-C", dir, "mod", "download").CombinedOutput()
	if err != nil && os.Getenv("CI") == "true" {
		return false, fmt.Errorf("%w: %s", err, out)
	}
	return err == nil, nil
}

// home gives scripts a directory outside of what snapshot looks at, and teleinstr go a cache in it.
func home(t *testing.T) []string {
	dir := t.TempDir()
	return []string{"HOME=" + dir, "TELEINSTR_CACHE=" + filepath.Join(dir, "overlays")}
}

func gomod(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: gomod MODULE")
	}
	const module = "github.com/teleinstr/teleinstr"
	const version = "v0.0.0-00010101000000-000000000000"
	text := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire %s %s\n\nreplace %s => %s\n",
		args[0], module, version, module, strconv.Quote(ts.Getenv("CHECKOUT")))
	ts.Check(os.WriteFile(ts.MkAbs("go.mod"), []byte(text), 0o644))
	retake(ts, false, nil)
}

func status(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: status CODE COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

func replace(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	escapes := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\e`, "\x1b", `\u202e`, "\u202e")
	old, new := []byte(escapes.Replace(args[1])), []byte(escapes.Replace(args[2]))
	edit(func(src []byte) []byte {
		if n := bytes.Count(src, old); n != 1 {
			ts.Fatalf("%s holds %q %d times", args[0], old, n)
		}
		return bytes.Replace(src, old, new, 1)
	})(ts, false, args[:1])
}

// edit returns a command that changes a file.
func edit(change func([]byte) []byte) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		if len(args) != 1 {
			ts.Fatalf("give one file")
		}
		path := ts.MkAbs(args[0])
		src, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, change(src), 0o644))
	}
}

var rule = regexp.MustCompile(`(?m) \((hint: )?[a-z-]+\)$`)

func refused(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: refused FILE")
	}
	var want strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if !strings.Contains(line, " (hint: ") {
			want.WriteString(rule.ReplaceAllString(line, ""))
		}
	}
	if got := ts.ReadFile("stderr"); got != want.String() {
		ts.Fatalf("standard error:\n%s\nwant:\n%s", got, want.String())
	}
}

type snapshotKey struct{}

// A snapshot is the mode and the contents of each file below a directory, by path.
type snapshot struct {
	dir   string
	files map[string]string
}

func takeSnapshot(dir string) (snapshot, error) {
	s := snapshot{dir: dir, files: map[string]string{}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		contents, err := os.ReadFile(path)
		s.files[path] = fmt.Sprintf("%v\n%s", info.Mode(), contents)
		return err
	})
	return s, err
}

func retake(ts *testscript.TestScript, _ bool, _ []string) {
	taken, err := takeSnapshot(ts.MkAbs("."))
	ts.Check(err)
	*ts.Value(snapshotKey{}).(*snapshot) = taken
}

func unchanged(ts *testscript.TestScript, _ bool, _ []string) {
	before := ts.Value(snapshotKey{}).(*snapshot)
	now, err := takeSnapshot(before.dir)
	ts.Check(err)
	for path, was := range before.files {
		if is, exists := now.files[path]; !exists {
			ts.Fatalf("%s is gone", path)
		} else if is != was {
			ts.Fatalf("%s was\n%s\nand is now\n%s", path, was, is)
		}
	}
	for path := range now.files {
		if _, existed := before.files[path]; !existed {
			ts.Fatalf("%s is new", path)
		}
	}
}
