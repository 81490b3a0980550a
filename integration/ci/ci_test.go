// Package ci holds that the recipes of docs/ci.md work: the files in docs/ci are what they claim to be, and what they have
// run does what the article says, on modules that are not ours.
package ci

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	// What the programs under test are built from, so that go test has no cached result for one that has changed.
	_ "github.com/teleinstr/teleinstr/rewrite/overlay"
	_ "github.com/teleinstr/teleinstr/scopes/scopelint/golangci"
)

// checkout is the repository. Through this symbolic link its files count as files of this module: go test has no cached
// result for one that has changed.
const checkout = "testdata/checkout"

const rootModule = "github.com/teleinstr/teleinstr"

func TestMain(m *testing.M) {
	sources, err := filepath.Glob(filepath.Join(checkout, "cmd/teleinstr/*.go"))
	for _, path := range sources {
		if err == nil {
			_, err = os.ReadFile(path) // see checkout
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// unavailable ends a test for which something cannot be had, which is no excuse in CI.
func unavailable(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// runScripts runs the scripts in testdata/script whose names start with prefix. Besides the commands of testscript, they
// use
//
//	toolmod MODULE         write a go.mod with teleinstr as it is here as a tool
//	status CODE COMMAND…   run a command that exits with that code
//	step CODE FILE NAME    run the commands of a step of a workflow, as a runner of GitHub does
//	repository TAG         let git find this repository, as it is here, by its address
//
// $DOCS is the directory of the files that the article shows. The directories in path go in front of $PATH.
func runScripts(t *testing.T, prefix string, path ...string) {
	scripts, err := filepath.Glob("testdata/script/" + prefix + "*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts %s: %v", prefix, err)
	}
	root, docs := absolute(t, "../.."), absolute(t, checkout+"/docs/ci")
	caches := goCaches(t)
	testscript.Run(t, testscript.Params{
		Files:               scripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			for _, dir := range path {
				env.Setenv("PATH", dir+string(filepath.ListSeparator)+env.Getenv("PATH"))
			}
			env.Vars = append(env.Vars, caches...)
			env.Vars = append(env.Vars,
				"CHECKOUT="+root, "DOCS="+docs, "HOME="+filepath.Join(env.WorkDir, ".home"),
				"GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK=", "GOFLAGS=-buildvcs=false", "GOENV=off")
			return os.Mkdir(env.Getenv("HOME"), 0o777)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"toolmod":    toolmod,
			"status":     status,
			"step":       step,
			"repository": repository,
		},
	})
}

// goCaches returns the caches of the go command, for the scripts, which have no home.
func goCaches(t *testing.T) []string {
	out, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	var caches map[string]string
	if err := json.Unmarshal(out, &caches); err != nil {
		t.Fatal(err)
	}
	var vars []string
	for name, dir := range caches {
		vars = append(vars, name+"="+dir)
	}
	return vars
}

func toolmod(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: toolmod MODULE")
	}
	root := ts.Getenv("CHECKOUT")
	for _, name := range []string{"go.mod", "go.sum"} {
		contents, err := os.ReadFile(filepath.Join(root, name))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), contents, 0o666))
	}
	ts.Check(ts.Exec("go", "mod", "edit", "-module="+args[0], "-require="+rootModule+"@v0.0.0",
		"-replace="+rootModule+"="+root, "-tool="+rootModule+"/cmd/teleinstr"))
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

// TestRecipes runs what needs nothing but bash and make.
func TestRecipes(t *testing.T) {
	for _, program := range []string{"bash", "make"} {
		if _, err := exec.LookPath(program); err != nil {
			unavailable(t, err)
		}
	}
	runScripts(t, "recipe_")
}
