package corpus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// recordingPath is the import path of package recording.
const recordingPath = "github.com/teleinstr/teleinstr/integration/corpus/recording"

// ErrUnavailable is the error of a module with dependencies that cannot be had, for want of a network.
var ErrUnavailable = errors.New("dependencies cannot be had")

// A module is a copy of a module in a scratch directory, in a git repository of its own, in a workspace
// with what generated code imports.
type module struct {
	path      string // of the module
	dir       string // ends in path, which some test suites rely on
	recording string // the file that package recording appends to
}

// newModule copies the module in dir to scratch and commits it.
func newModule(ctx context.Context, dir, scratch string, crlf bool) (*module, error) {
	list := execute(ctx, dir, []string{"GOWORK=off"}, "go", "list", "-m")
	if err := list.err(); err != nil {
		return nil, err
	}
	m := &module{path: strings.TrimSpace(list.stdout), recording: filepath.Join(scratch, "recording")}
	m.dir = filepath.Join(scratch, "src", filepath.FromSlash(m.path))
	if err := CopyTree(dir, m.dir, crlf); err != nil {
		return nil, err
	}
	if err := m.join(ctx, filepath.Join(scratch, "runtime")); err != nil {
		return nil, err
	}
	if err := m.git(ctx, "init", "-q"); err != nil {
		return nil, err
	}
	// Line ends are compared as they are, whatever a .gitattributes file of the module says.
	if err := os.WriteFile(filepath.Join(m.dir, ".git", "info", "attributes"), []byte("* -text\n"), 0o666); err != nil {
		return nil, err
	}
	return m, m.commit(ctx, original)
}

// CopyTree copies the files below from, but for version control, and makes them writable. If crlf is set, Go
// files get CRLF line ends.
func CopyTree(from, to string, crlf bool) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.Name() == ".git" && d.IsDir():
			return filepath.SkipDir
		case d.Name() == ".git":
			return nil
		case d.IsDir():
			return os.MkdirAll(target, 0o777)
		case d.Type() == fs.ModeSymlink:
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		contents, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if crlf && strings.HasSuffix(path, ".go") {
			contents = bytes.ReplaceAll(contents, []byte("\r\n"), []byte("\n"))
			contents = bytes.ReplaceAll(contents, []byte("\n"), []byte("\r\n"))
		}
		return os.WriteFile(target, contents, info.Mode().Perm()|0o200)
	})
}

// join copies what generated code and package recording import to runtime, as a module without
// requirements, and makes a workspace of it and m.
func (m *module) join(ctx context.Context, runtime string) error {
	list := execute(ctx, "", nil, "go", "list", "-deps", "-f", "{{with .Module}}{{$.Dir}}\t{{.Dir}}\t{{.Path}}\t{{.GoVersion}}{{end}}", recordingPath)
	if err := list.err(); err != nil {
		return err
	}
	for line := range strings.Lines(list.stdout) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		dir, root, goMod := fields[0], fields[1], fmt.Sprintf("module %s\n\ngo %s\n", fields[2], fields[3])
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			return err
		}
		if err := CopyTree(dir, filepath.Join(runtime, rel), false); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(runtime, "go.mod"), []byte(goMod), 0o666); err != nil {
			return err
		}
	}
	return execute(ctx, filepath.Dir(runtime), nil, "go", "work", "init", runtime, m.dir).err()
}

// available makes sure that all dependencies of the packages and their tests are there.
func (m *module) available(ctx context.Context, packages []string) error {
	args := append([]string{"list", "-deps", "-test"}, packages...)
	if err := m.run(ctx, "go", args...).err(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

// run runs a command in the module's directory, with telemetry off.
func (m *module) run(ctx context.Context, name string, args ...string) *execution {
	return execute(ctx, m.dir, nil, name, args...)
}

// runGo runs the go command, by the given name.
func (m *module) runGo(ctx context.Context, name []string, args ...string) *execution {
	return m.run(ctx, name[0], append(name[1:len(name):len(name)], args...)...)
}

func (m *module) git(ctx context.Context, args ...string) error {
	args = append([]string{"-c", "user.name=corpus", "-c", "user.email=corpus@localhost"}, args...)
	return m.run(ctx, "git", args...).err()
}

// The tags of the commits.
const (
	original  = "original"
	annotated = "annotated"
)

// commit commits all files, those that .gitignore names included, and tags the commit.
func (m *module) commit(ctx context.Context, tag string) error {
	for _, args := range [][]string{{"add", "-A", "-f"}, {"commit", "-q", "--allow-empty", "-m", tag}, {"tag", tag}} {
		if err := m.git(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// diff returns what has changed since the last commit.
func (m *module) diff(ctx context.Context) (string, error) {
	e := m.run(ctx, "git", "diff")
	return e.stdout, e.err()
}
