package cache

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/teleinstr/teleinstr/rewrite"
)

// A Question is what an answer follows from, beside the files of the modules that the go command works on.
type Question struct {
	// Cache is the directory to have a cache in; that of the go command if it is empty.
	Cache string
	// Version tells versions of teleinstr apart.
	Version string
	// Dir is the working directory.
	Dir string
	// Words are the command and its arguments.
	Words []string
}

// An Answer says what it follows from, and whether that is all.
type Answer interface {
	From() (rewrite.Footprint, bool)
}

// Remembered returns the answer that work gives, or that it has given before if all that it follows from is the same. Where nothing
// can be remembered, for want of a go command or of a directory to write to for instance, it is worked out each time.
func Remembered[A any, P interface {
	*A
	Answer
}](q Question, work func() (P, error)) (P, error) {
	env, err := ReadEnvironment(q.Dir)
	if err != nil || env.isOdd() {
		return work()
	}
	before, err := q.inputs(env)
	if err != nil {
		return work()
	}
	dir := Open(q.Cache, env)
	path := dir.Path("answers/" + before.Key())
	answer := P(new(A))
	if src, err := os.ReadFile(path); err == nil && json.Unmarshal(src, answer) == nil {
		dir.Use(path)
		return answer, nil
	}
	if answer, err = work(); err != nil {
		return answer, err
	}
	if from, all := answer.From(); all && before.cover(from, env) {
		q.remember(dir, path, before, answer)
	}
	return answer, nil
}

// isOdd reports whether the go command is told to see other files than there are, or to ask somebody else for packages.
func (e *Environment) isOdd() bool {
	return strings.Contains(e.GOFLAGS, "-overlay") || strings.Contains(e.GOFLAGS, "-modfile") || os.Getenv("GOPACKAGESDRIVER") != ""
}

// remember keeps an answer, unless something has changed since its inputs were taken. What cannot be kept is worked out again.
func (q Question) remember(dir *Dir, path string, before *Inputs, answer any) {
	env, err := ReadEnvironment(q.Dir)
	if err != nil {
		return
	}
	now, err := q.inputs(env)
	if err != nil || !before.Same(now) {
		return
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		return
	}
	if dir.Trim(time.Now()) == nil && os.MkdirAll(filepath.Dir(path), 0o777) == nil {
		replace(path, encoded)
	}
}

// inputs returns the files of the modules that the go command works on: the main module or those of the workspace, and what
// replaces modules.
func (q Question) inputs(env Environment) (*Inputs, error) {
	in := NewInputs(os.ReadFile)
	if err := in.Add("question", []any{q, env}); err != nil {
		return nil, err
	}
	roots, trees := env.modules()
	if env.GOWORK != "" {
		in.AddFile(env.GOWORK)
		in.addOptional(env.GOWORK + ".sum")
	}
	for _, root := range roots {
		in.addOptional(filepath.Join(root, "go.sum"))
		in.addOptional(filepath.Join(root, "vendor", "modules.txt"))
	}
	for _, tree := range slices.Concat(roots, trees) {
		in.AddTree(tree)
	}
	return in, nil
}

// modules returns the directories of the modules that the go command works on, and those that replace modules. Files that cannot be
// read or parsed are for the go command to complain of.
func (e *Environment) modules() (roots, replacements []string) {
	if e.GOWORK != "" {
		work := filepath.Dir(e.GOWORK)
		if src, err := os.ReadFile(e.GOWORK); err == nil {
			if file, err := modfile.ParseWork(e.GOWORK, src, nil); err == nil {
				replacements = LocalReplacements(work, file.Replace)
				for _, use := range file.Use {
					roots = append(roots, absolute(work, use.Path))
				}
			}
		}
	} else if filepath.Base(e.GOMOD) == "go.mod" {
		roots = []string{filepath.Dir(e.GOMOD)}
	}
	for _, root := range roots {
		path := filepath.Join(root, "go.mod")
		if src, err := os.ReadFile(path); err == nil {
			if file, err := modfile.Parse(path, src, nil); err == nil {
				replacements = append(replacements, LocalReplacements(root, file.Replace)...)
			}
		}
	}
	return roots, replacements
}

// cover reports whether the inputs are all that something with the footprint follows from.
func (in *Inputs) cover(from rewrite.Footprint, env Environment) bool {
	roots, _ := env.modules()
	isRoot := func(dir string) bool { return slices.Contains(roots, dir) }
	unseen := func(dir string) bool { return !in.Sees(dir) }
	return from.Complete && !slices.ContainsFunc(from.Modules, func(dir string) bool { return !isRoot(dir) }) &&
		!slices.ContainsFunc(slices.Concat(from.Trees, from.Directories, from.Packages), unseen)
}

// addOptional notes a file that need not be there.
func (in *Inputs) addOptional(path string) {
	if isFile(path) {
		in.AddFile(path)
	}
}

// LocalReplacements returns the directories that replace modules in the go.mod or go.work file of a directory.
func LocalReplacements(root string, replace []*modfile.Replace) []string {
	var dirs []string
	for _, r := range replace {
		if r.New.Version == "" {
			dirs = append(dirs, absolute(root, r.New.Path))
		}
	}
	return dirs
}

// absolute returns a path of a go.mod or go.work file in the directory root.
func absolute(root, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(root, path)
}
