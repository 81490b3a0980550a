package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// servedVersion is what the checkout is called in sessions.
const servedVersion = "v0.1.0"

// served are the modules that pages have the go command fetch, by directory.
var served = []string{".", "runtime/otel"}

// serve writes the modules as the go command fetches them, and takes what it has fetched before out of its cache.
func (tl *tools) serve() error {
	files, err := checkoutFiles()
	if err != nil {
		return err
	}
	for _, dir := range []string{
		tl.proxy, filepath.Join(tl.build, "modcache/github.com/teleinstr"),
		filepath.Join(tl.build, "modcache/cache/download/github.com/teleinstr"),
	} {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	for _, dir := range served {
		if err := tl.serveModule(files, dir); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	return nil
}

// checkoutFiles returns what a commit of all that is there would hold.
func checkoutFiles() ([]string, error) {
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	files := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	return slices.Compact(files), nil // in the middle of a merge, a file is there several times
}

func (tl *tools) serveModule(files []string, dir string) error {
	root := checkout
	goMod, err := os.ReadFile(filepath.Join(root, dir, "go.mod"))
	if err != nil {
		return err
	}
	if goMod, err = released(goMod); err != nil {
		return err
	}
	m := module.Version{Path: path.Join(rootModule, dir), Version: servedVersion}
	at := filepath.Join(tl.proxy, filepath.FromSlash(m.Path), "@v")
	if err := os.MkdirAll(at, 0o777); err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := modzip.Create(&archive, m, moduleFiles(files, root, dir, goMod)); err != nil {
		return err
	}
	for name, contents := range map[string][]byte{
		"list":                  []byte(servedVersion + "\n"),
		servedVersion + ".info": []byte(`{"Version":"` + servedVersion + `"}`),
		servedVersion + ".mod":  goMod,
		servedVersion + ".zip":  archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(at, name), contents, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// released returns go.mod as a release has it: it requires the other modules of the repository by version.
func released(goMod []byte) ([]byte, error) {
	f, err := modfile.Parse("go.mod", goMod, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range f.Require {
		if strings.HasPrefix(r.Mod.Path, rootModule) {
			if err := f.AddRequire(r.Mod.Path, servedVersion); err != nil {
				return nil, err
			}
		}
	}
	return f.Format()
}

// moduleFiles returns the files of the module in dir, without those of modules in it.
func moduleFiles(files []string, root, dir string, goMod []byte) []modzip.File {
	nested := map[string]bool{}
	for _, name := range files {
		if path.Base(name) == "go.mod" {
			nested[path.Dir(name)] = true
		}
	}
	var all []modzip.File
	for _, name := range files {
		if owner(name, nested) != dir {
			continue
		}
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted, or a symbolic link to a directory
		}
		f := moduleFile{name: strings.TrimPrefix(name, dir+"/"), path: filepath.Join(root, name), info: info}
		if f.name == "go.mod" {
			f.contents = goMod
		}
		all = append(all, f)
	}
	return all
}

// owner returns the directory of the module that a file belongs to.
func owner(name string, modules map[string]bool) string {
	dir := path.Dir(name)
	for dir != "." && !modules[dir] {
		dir = path.Dir(dir)
	}
	return dir
}

type moduleFile struct {
	name, path string
	info       fs.FileInfo
	contents   []byte // if they are not those of the file
}

func (f moduleFile) Path() string { return f.name }

func (f moduleFile) Lstat() (fs.FileInfo, error) {
	if f.contents != nil {
		return resized{f.info, int64(len(f.contents))}, nil
	}
	return f.info, nil
}

func (f moduleFile) Open() (io.ReadCloser, error) {
	if f.contents != nil {
		return io.NopCloser(bytes.NewReader(f.contents)), nil
	}
	return os.Open(f.path)
}

type resized struct {
	fs.FileInfo
	size int64
}

func (r resized) Size() int64 { return r.size }

// environment returns that of a session. Its go command fetches the modules of the checkout from tl.proxy, and all else from what
// the one of this test has in its cache, or else from where it has it from.
func (tl *tools) environment(home string) ([]string, error) {
	out, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		return nil, err
	}
	var have struct{ GOCACHE, GOMODCACHE, GOPROXY string }
	if err := json.Unmarshal(out, &have); err != nil {
		return nil, err
	}
	if have.GOMODCACHE == "" {
		return nil, errors.New("no module cache")
	}
	goPath := filepath.Join(home, "go")
	return append(cleaned(os.Environ()),
		"PATH="+strings.Join([]string{filepath.Join(goPath, "bin"), tl.bin, os.Getenv("PATH")}, string(filepath.ListSeparator)),
		"GOPATH="+goPath, "GOMODCACHE="+filepath.Join(tl.build, "modcache"), "GOCACHE="+have.GOCACHE,
		"GOPROXY=file://"+tl.proxy+",file://"+filepath.Join(have.GOMODCACHE, "cache", "download")+","+have.GOPROXY,
		"GOSUMDB=off", "GOFLAGS=-modcacherw", "GOTOOLCHAIN=local", "GOENV=off", "GOWORK=",
		// The go command keeps an index of the packages in its module cache, by version: it would know nothing of new files in one that changes.
		"GODEBUG=goindex=0",
		"TELEINSTR_CACHE="+filepath.Join(tl.build, "cache"), "NO_COLOR=1", "LC_ALL=C.UTF-8",
	), nil
}

// cleaned leaves out what would make a session another than that of a reader.
func cleaned(env []string) []string {
	var kept []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case strings.HasPrefix(name, "TELEINSTR_"), strings.HasPrefix(name, "GEMINI_"), strings.HasPrefix(name, "OTEL_"):
		case name == "DEBUG", name == "PWD", name == "GOBIN":
		default:
			kept = append(kept, v)
		}
	}
	return kept
}

// TestServed wants the modules to be what the go command takes for them.
func TestServed(t *testing.T) {
	tl := newTools(t)
	for _, dir := range served {
		m := module.Version{Path: path.Join(rootModule, dir), Version: servedVersion}
		if _, err := modzip.CheckZip(m, filepath.Join(tl.proxy, filepath.FromSlash(m.Path), "@v", servedVersion+".zip")); err != nil {
			t.Errorf("%s: %v", m, err)
		}
	}
}
