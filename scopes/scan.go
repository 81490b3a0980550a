package scopes

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"
)

// A Source is a Go file as it was read.
type Source struct {
	Path string // absolute
	Src  []byte
}

// A Scanned is what Scan has found.
type Scanned struct {
	// Sources are the files of interest, by path.
	Sources []Source
	// Trees and Directories are where the patterns led, with all below and without. They are all that the sources
	// follow from if Complete is set: it is not if the go command was asked about a pattern.
	Trees, Directories []string
	Complete           bool
}

// Scan reads the Go files that patterns name and finds those whose source is of interest, as [MayHold] tells for
// instance. A pattern is a directory, a file, or a go package pattern such as ./... or example.com/m/...; as
// with the go command, "..." does not enter vendor, testdata, directories whose names start with a dot or an
// underscore, and nested modules unless a go.work file puts them to use. No pattern stands for the directory
// dir.
//
// Files of all build configurations are read. A pattern that names no Go file is an error.
func Scan(dir string, patterns []string, ofInterest func(src []byte) bool) (*Scanned, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	workspace, err := workspaceModules(dir)
	if err != nil {
		return nil, err
	}
	s := fileSet{dir: dir, workspace: workspace, ofInterest: ofInterest, seen: map[string]bool{}, scanned: Scanned{Complete: true}}
	for _, pattern := range patterns {
		before := s.matched
		if err := s.expand(pattern); err != nil {
			return nil, err
		}
		if s.matched == before {
			return nil, fmt.Errorf("%s: no Go files found; give a directory, a file or a pattern such as ./...", pattern)
		}
	}
	if s.scanned.Sources, err = s.read(); err != nil {
		return nil, err
	}
	return &s.scanned, nil
}

// A fileSet collects the paths of the files to read.
type fileSet struct {
	dir        string
	workspace  map[string]bool // directories of the modules that go.work uses
	ofInterest func(src []byte) bool
	paths      []string
	seen       map[string]bool
	matched    int // files matched, those seen before included
	scanned    Scanned
}

func (s *fileSet) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.dir, path)
}

func (s *fileSet) expand(pattern string) error {
	root, recursive := strings.CutSuffix(filepath.ToSlash(pattern), "/...")
	if pattern == "..." {
		root, recursive = ".", true
	}
	info, err := os.Stat(s.abs(root))
	switch {
	case errors.Is(err, fs.ErrNotExist) && isPath(pattern):
		return fmt.Errorf("%s: no such file or directory; give a directory, a file or a pattern such as ./...", pattern)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case err != nil || strings.Contains(root, "..."):
		return s.packages(pattern)
	case !info.IsDir() && !strings.HasSuffix(root, ".go"):
		return fmt.Errorf("%s: not a Go file; give a directory, a .go file or a pattern such as ./...", pattern)
	case !info.IsDir():
		s.scanned.Directories = append(s.scanned.Directories, filepath.Dir(s.abs(root)))
		s.add(s.abs(root))
		return nil
	case recursive:
		s.scanned.Trees = append(s.scanned.Trees, s.abs(root))
		return s.walk(s.abs(root))
	default:
		s.scanned.Directories = append(s.scanned.Directories, s.abs(root))
		return s.directory(s.abs(root))
	}
}

// isPath reports whether the go command takes the pattern for a path in the file system.
func isPath(pattern string) bool {
	slash := filepath.ToSlash(pattern)
	return filepath.IsAbs(pattern) || slash == "." || slash == ".." || strings.HasPrefix(slash, "./") ||
		strings.HasPrefix(slash, "../") || strings.HasSuffix(slash, ".go")
}

// packages asks the go command for the directories of an import path pattern.
func (s *fileSet) packages(pattern string) error {
	s.scanned.Complete = false
	pkgs, err := packages.Load(&packages.Config{Dir: s.dir, Mode: packages.NeedName | packages.NeedFiles}, pattern)
	if err != nil {
		return fmt.Errorf("%s: %w", pattern, err)
	}
	for _, p := range pkgs {
		if len(p.GoFiles)+len(p.IgnoredFiles) == 0 && len(p.Errors) > 0 {
			return fmt.Errorf("%s: %s", pattern, p.Errors[0].Msg)
		}
		if p.Dir == "" {
			continue
		}
		if err := s.directory(p.Dir); err != nil {
			return err
		}
	}
	return nil
}

func (s *fileSet) walk(root string) error {
	// A root that is a symbolic link is entered only with a separator behind it.
	return filepath.WalkDir(root+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		path = filepath.Clean(path)
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			s.addEntry(path, d)
		case path != root && (skipped(d.Name()) || isModule(path) && !s.workspace[path]):
			return filepath.SkipDir
		}
		return nil
	})
}

func skipped(name string) bool {
	return name[0] == '.' || name[0] == '_' || name == "vendor" || name == "testdata"
}

func isModule(dir string) bool { return isFile(filepath.Join(dir, "go.mod")) }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// goworkSetting returns the setting GOWORK of the go command: from the environment, or from the file that go env -w writes.
func goworkSetting() string {
	if value := os.Getenv("GOWORK"); value != "" {
		return value
	}
	file := os.Getenv("GOENV")
	if file == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return ""
		}
		file = filepath.Join(config, "go", "env")
	}
	src, _ := os.ReadFile(file) // there need not be one
	for line := range strings.Lines(string(src)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "GOWORK="); ok {
			return value
		}
	}
	return ""
}

// workspaceModules returns the directories of the modules that the go.work file governing dir uses; none if
// there is no such file, or GOWORK=off.
func workspaceModules(dir string) (map[string]bool, error) {
	path := goworkSetting()
	for d := dir; path == ""; d = filepath.Dir(d) {
		if file := filepath.Join(d, "go.work"); isFile(file) {
			path = file
		} else if d == filepath.Dir(d) {
			path = "off"
		}
	}
	if path == "off" {
		return nil, nil
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := modfile.ParseWork(path, src, nil)
	if err != nil {
		return nil, err
	}
	modules := map[string]bool{}
	for _, use := range file.Use {
		module := filepath.FromSlash(use.Path)
		if !filepath.IsAbs(module) {
			module = filepath.Join(filepath.Dir(path), module)
		}
		modules[filepath.Clean(module)] = true
	}
	return modules, nil
}

func (s *fileSet) directory(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			s.addEntry(filepath.Join(dir, e.Name()), e)
		}
	}
	return nil
}

// addEntry adds a Go file that the go command would look at. A symbolic link counts as what it leads to.
func (s *fileSet) addEntry(path string, d fs.DirEntry) {
	name := d.Name()
	if !strings.HasSuffix(name, ".go") || name[0] == '.' || name[0] == '_' {
		return
	}
	if !d.Type().IsRegular() {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return
		}
	}
	s.add(path)
}

func (s *fileSet) add(path string) {
	s.matched++
	if !s.seen[path] {
		s.seen[path] = true
		s.paths = append(s.paths, path)
	}
}

// read reads the files, several at a time, and keeps those of interest.
func (s *fileSet) read() ([]Source, error) {
	slices.Sort(s.paths)
	sources := make([]Source, len(s.paths))
	errs := make([]error, len(s.paths))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(s.paths); i += workers {
				src, err := os.ReadFile(s.paths[i])
				if errs[i] = err; err == nil && s.ofInterest(src) {
					sources[i] = Source{s.paths[i], src}
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(sources, func(s Source) bool { return s.Path == "" }), nil
}
