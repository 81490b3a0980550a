package cache

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/teleinstr/teleinstr/rewrite"
)

// A Question is what an answer follows from, beside the files of its footprint.
type Question struct {
	// Root is the directory of the cache; teleinstr in the go command's cache if it is empty.
	Root string
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

// A memory is an answer as it is kept.
type memory struct {
	From   rewrite.Footprint
	Inputs string // the key of what From names
	Answer json.RawMessage
}

// Remembered returns the answer that work gives, or that it has given the last time if nothing has changed since. Where nothing
// can be remembered, for want of a go command or of a directory to write to for instance, it is worked out each time.
func Remembered[A any, P interface {
	*A
	Answer
}](q Question, work func() (P, error)) (P, error) {
	env, err := ReadEnvironment(q.Dir)
	if err != nil || strings.Contains(env.GOFLAGS, "-overlay") || strings.Contains(env.GOFLAGS, "-modfile") {
		return work()
	}
	dir := &Dir{cmp.Or(q.Root, filepath.Join(env.GOCACHE, "teleinstr"))}
	encoded, err := json.Marshal([]any{q, env})
	if err != nil {
		return nil, err
	}
	path := dir.Path("answers/" + Hash(encoded))
	answer := P(new(A))
	if recall(path, env, answer) {
		dir.Use(path)
		return answer, nil
	}
	start := time.Now()
	if answer, err = work(); err == nil {
		if from, all := answer.From(); all {
			remember(dir, path, env, start, from, answer)
		}
	}
	return answer, err
}

func recall(path string, env Environment, answer any) bool {
	src, err := os.ReadFile(path)
	var m memory
	if err != nil || json.Unmarshal(src, &m) != nil {
		return false
	}
	in := inputsOf(m.From, env, time.Now())
	return in.Key() == m.Inputs && json.Unmarshal(m.Answer, answer) == nil
}

// remember keeps an answer, unless a file may have changed since the work on it began. What cannot be kept is worked out again.
func remember(dir *Dir, path string, env Environment, start time.Time, from rewrite.Footprint, answer any) {
	in := inputsOf(from, env, start)
	for _, p := range from.Packages {
		if !in.Sees(p) {
			return
		}
	}
	if in.unsettled {
		return
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		return
	}
	if encoded, err = json.Marshal(memory{from, in.Key(), encoded}); err != nil {
		return
	}
	if dir.Trim(start) == nil && os.MkdirAll(filepath.Dir(path), 0o777) == nil {
		replace(path, encoded)
	}
}

// inputsOf returns the inputs that a footprint leads to.
func inputsOf(from rewrite.Footprint, env Environment, now time.Time) *Inputs {
	in := NewInputs(os.ReadFile)
	in.now = now
	trees := from.Trees
	for _, root := range from.Modules {
		trees = append(trees, root)
		in.addOptional(filepath.Join(root, "go.sum"))
		in.addOptional(filepath.Join(root, "vendor", "modules.txt"))
		path := filepath.Join(root, "go.mod")
		if src, err := os.ReadFile(path); err == nil {
			if file, err := modfile.Parse(path, src, nil); err == nil {
				trees = append(trees, LocalReplacements(root, file.Replace)...)
			}
		}
	}
	if env.GOWORK != "" {
		in.AddFile(env.GOWORK)
		in.addOptional(env.GOWORK + ".sum")
		if src, err := os.ReadFile(env.GOWORK); err == nil {
			if file, err := modfile.ParseWork(env.GOWORK, src, nil); err == nil {
				work := filepath.Dir(env.GOWORK)
				trees = append(trees, LocalReplacements(work, file.Replace)...)
				for _, use := range file.Use {
					trees = append(trees, absolute(work, use.Path))
				}
			}
		}
	}
	for _, tree := range trees {
		in.AddTree(tree)
	}
	for _, dir := range from.Directories {
		if !in.Sees(dir) {
			in.AddDirectory(dir, false)
		}
	}
	return in
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
