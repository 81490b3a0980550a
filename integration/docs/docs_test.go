package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	// What the command is built from, so that go test has no cached result for one that has changed.
	_ "github.com/teleinstr/teleinstr/rewrite/overlay"
)

// checkout is the repository. Through this symbolic link its files count as files of this module: go test has no cached
// result for one that has changed.
const checkout = "testdata/checkout"

const rootModule = "github.com/teleinstr/teleinstr"

// unavailable ends a test for which something cannot be had, which is no excuse in CI.
func unavailable(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// articles returns the pages, by the name that messages use.
func articles(t *testing.T) []*page {
	t.Helper()
	names := []string{"README.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(checkout, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			name, err := filepath.Rel(checkout, path)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.ToSlash(name))
		}
	}
	var pages []*page
	for _, name := range names {
		p, err := readPage(name)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, p)
	}
	return pages
}

// TestBlocks wants something to try each block of each page, and other tests to be there that a page names.
func TestBlocks(t *testing.T) {
	blocks := 0
	for _, p := range articles(t) {
		for _, problem := range p.problems {
			t.Error(problem)
		}
		for _, s := range p.steps {
			if s.block == nil {
				continue
			}
			blocks++
			if err := s.checkForm(); err != nil {
				t.Errorf("%s: %v", s.position(), err)
			}
		}
	}
	if blocks < 60 {
		t.Errorf("%d blocks are too few to be all", blocks)
	}
}

// TestWorlds wants each of the files that set up a page to have that page.
func TestWorlds(t *testing.T) {
	worlds, err := filepath.Glob("testdata/pages/*.txtar")
	if err != nil || len(worlds) == 0 {
		t.Fatalf("%d worlds: %v", len(worlds), err)
	}
	pages := articles(t)
	for _, path := range worlds {
		if !slices.ContainsFunc(pages, func(p *page) bool { return p.world() == path }) {
			t.Errorf("%s: there is no such page", path)
		}
	}
}

// TestSessions runs the commands of each page, and compares what they print.
func TestSessions(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		unavailable(t, err)
	}
	tools := newTools(t)
	for _, p := range articles(t) {
		if !slices.ContainsFunc(p.steps, func(s *step) bool { return s.kind == session || s.kind == file || s.kind == edit }) {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(p.name), ".md"), func(t *testing.T) {
			newSession(t, tools, p).run(p.steps)
		})
	}
}

// TestCommandLines holds the command lines of all pages against the command.
func TestCommandLines(t *testing.T) {
	tools := newTools(t)
	lines := 0
	for _, p := range articles(t) {
		for _, s := range p.steps {
			for _, c := range s.commands() {
				if err := tools.checkCommand(c.text); err != nil && !strings.Contains(c.want, "teleinstr: unknown ") {
					t.Errorf("%s:%d: %v", p.name, c.line, err)
				}
				lines++
			}
		}
	}
	if lines < 40 {
		t.Errorf("%d command lines are too few to be all", lines)
	}
}

// readWorld returns the files that set up a page: its preamble, and those of its session.
func readWorld(p *page) (preamble string, files []txtar.File, err error) {
	archive, err := txtar.ParseFile(p.world())
	if os.IsNotExist(err) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	for _, f := range archive.Files {
		if f.Name == "preamble.go" {
			preamble = string(f.Data)
		} else {
			files = append(files, f)
		}
	}
	return preamble, files, nil
}

func (s *step) position() string { return fmt.Sprintf("%s:%d", s.page.name, s.line) }
