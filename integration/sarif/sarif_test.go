package sarif

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	gosarif "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"golang.org/x/tools/txtar"
)

var binary string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sarif")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "teleinstr")
	build := exec.Command("go", "build", "-o", binary, "./cmd/teleinstr")
	build.Dir, build.Stderr = filepath.Join("..", ".."), os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	return m.Run()
}

// A tree is a directory to lint.
type tree struct{ dir string }

func newTree(t *testing.T, files map[string]string) tree {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	module := "module example.com/m\n\ngo 1.26.0\n\nrequire github.com/teleinstr/teleinstr v0.0.0\n\nreplace github.com/teleinstr/teleinstr => " + root + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return tree{dir}
}

// lint returns what lint prints in a format, and its exit status.
func (tr tree) lint(t *testing.T, format string) ([]byte, int) {
	t.Helper()
	cmd := exec.Command(binary, "lint", "--format", format, "./...")
	cmd.Dir = tr.dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		return out, 1
	}
	if err != nil {
		t.Fatal(err)
	}
	return out, 0
}

// trees are the archives of the lint scripts, and what these have not: odd names, odd text, nothing.
func trees(t *testing.T) map[string]map[string]string {
	t.Helper()
	const bad = "package a\n\n//tele:scope Bad k=1 k=2 Größe=3\nfunc A() {}\n"
	all := map[string]map[string]string{
		"no findings":   {"a.go": "package a\n\n//tele:scope a\nfunc A() {}\n"},
		"no directives": {"a.go": "package a\n"},
		"names":         {"a b.go": bad, "ä/ü.go": bad, "a,b.go": bad, "100%.go": bad, "%41.go": bad, "a#.go": bad, "[a].go": bad},
		"text": {
			"crlf.go":  strings.ReplaceAll(bad, "\n", "\r\n"),
			"bom.go":   "\ufeff/* 𝄞 */ //tele:scop a\n" + bad,
			"wide.go":  "package a\n\n/* 𝄞ä */ //tele:scop a\nfunc A() {\n\t/* 𝄞 */ //tele:scope a\n}\n",
			"bytes.go": "package a\n\n//tele:scope a k=\"\xff\" Bad=1 <script>=2 {0}=3 [a](b)=4\nfunc A() {}\n",
		},
		"generated code": {"a.go": "package a\n\nfunc A() {\n\t//tele:gen scope a\n\t_ = 0\n}\n"},
	}
	if runtime.GOOS == "linux" {
		all["names that others do not have"] = map[string]string{"a?.go": bad, "a:b.go": bad, `a\b.go`: bad, "\xff.go": bad, "a\nb.go": bad}
	}
	scripts, err := filepath.Glob(filepath.Join("..", "..", "testdata", "script", "lint_*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts: %v", len(scripts), err)
	}
	for _, script := range scripts {
		archive, err := txtar.ParseFile(script)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range archive.Files {
			if !strings.Contains(f.Name, "$") {
				files[f.Name] = string(f.Data)
			}
		}
		if slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(name string) bool { return strings.HasSuffix(name, ".go") }) {
			all[filepath.Base(script)] = files
		}
	}
	return all
}

func TestLint(t *testing.T) {
	v := newValidator(t)
	found := map[string]bool{}
	var rules []string
	for name, files := range trees(t) {
		t.Run(name, func(t *testing.T) {
			tr := newTree(t, files)
			document, status := tr.lint(t, "sarif")
			if err := v.validate(document); err != nil {
				t.Errorf("%v\n%s", err, document)
			}
			report, err := readByOthers(document)
			if err != nil {
				t.Fatal(err)
			}
			run := report.Runs[0]
			if again, _ := tr.lint(t, "sarif"); !bytes.Equal(document, again) {
				t.Error("another run prints something else")
			}
			isError := func(r *gosarif.Result) bool { return r.Level == "error" }
			if (status == 1) != slices.ContainsFunc(run.Results, isError) {
				t.Errorf("exit status %d with %d results", status, len(run.Results))
			}
			tr.wantPositions(t, run.Results)
			rules = nil
			for _, rule := range run.Tool.Driver.Rules {
				rules = append(rules, *rule.ID)
				if *rule.ShortDescription.Text == "" || *rule.FullDescription.Text == "" || *rule.Help.Text == "" || *rule.HelpURI == "" {
					t.Errorf("rule %s lacks what GitHub shows", *rule.ID)
				}
			}
			for _, r := range run.Results {
				tr.wantComplete(t, r, rules)
				found[*r.RuleID] = true
			}
		})
	}
	for _, rule := range rules {
		if !found[rule] {
			t.Errorf("no tree has a finding of rule %s", rule)
		}
	}
}

// isURI matches the characters of RFC 3986, which the validator is not strict about.
var isURI = regexp.MustCompile(`^([A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+$`)

// wantComplete wants of a result what GitHub code scanning asks for, and a URI that leads to a file of the tree.
func (tr tree) wantComplete(t *testing.T, r *gosarif.Result, rules []string) {
	t.Helper()
	location := r.Locations[0].PhysicalLocation
	switch {
	case r.RuleIndex == 0 && rules[0] != *r.RuleID, r.RuleIndex < 0, rules[r.RuleIndex] != *r.RuleID:
		t.Errorf("rule %s has index %d", *r.RuleID, r.RuleIndex)
	case *r.Message.Text == "" || len(r.PartialFingerprints) == 0:
		t.Errorf("%v: no message or no fingerprint", *r.RuleID)
	case *location.Region.StartLine < 1 || *location.Region.StartColumn < 1:
		t.Errorf("%s: no line or no column", *r.Message.Text)
	}
	text := *location.ArtifactLocation.URI
	if !isURI.MatchString(text) {
		t.Errorf("%s holds characters that a URI may not", text)
	}
	uri, err := url.Parse(text)
	if err != nil || uri.IsAbs() || strings.HasPrefix(uri.Path, "/") || uri.RawQuery != "" || uri.Fragment != "" || *location.ArtifactLocation.URIBaseID != "%SRCROOT%" {
		t.Errorf("%s is no relative URI of a file: %v", text, err)
	} else if _, err := os.Stat(filepath.Join(tr.dir, filepath.FromSlash(uri.Path))); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

// wantPositions compares with the JSON format, whose columns count bytes.
func (tr tree) wantPositions(t *testing.T, results []*gosarif.Result) {
	t.Helper()
	out, _ := tr.lint(t, "json")
	var findings []struct {
		File         string
		Line, Column int
		Message      string
	}
	if err := json.Unmarshal(out, &findings); err != nil {
		t.Fatal(err)
	}
	if len(findings) != len(results) {
		t.Fatalf("%d results, want %d", len(results), len(findings))
	}
	for i, f := range findings {
		region := results[i].Locations[0].PhysicalLocation.Region
		uri, _ := url.PathUnescape(*results[i].Locations[0].PhysicalLocation.ArtifactLocation.URI)
		src, err := os.ReadFile(filepath.Join(tr.dir, filepath.FromSlash(uri)))
		if err != nil {
			t.Fatal(err)
		}
		line := bytes.Split(src, []byte("\n"))[f.Line-1][:f.Column-1]
		if f.Line == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		column := len(utf16.Encode([]rune(string(line)))) + 1
		if *region.StartLine != f.Line || *region.StartColumn != column || !strings.HasSuffix(*results[i].Message.Text, f.Message) {
			t.Errorf("%s: %d:%d %s, want %d:%d %s", f.File, *region.StartLine, *region.StartColumn, *results[i].Message.Text, f.Line, column, f.Message)
		}
	}
}

// TestFixes makes the fixes of the log, and wants what lint --fix makes of the file.
func TestFixes(t *testing.T) {
	tr := newTree(t, map[string]string{"a.go": "\ufeffpackage a\r\n\r\n/* 𝄞ä */ //tele:scop a\r\n\r\n//tele:scope Bad.Name k=\"𝄞\" k=1 // 𝄞\r\nfunc A() {}\r\n"})
	document, _ := tr.lint(t, "sarif")
	report, err := readByOthers(document)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(tr.dir, "a.go")
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimPrefix(string(src), "\ufeff"), "\n")
	results := report.Runs[0].Results
	if len(results) != 3 {
		t.Fatalf("%d results, want 3", len(results))
	}
	slices.Reverse(results)
	for _, r := range results {
		replacement := r.Fixes[0].ArtifactChanges[0].Replacements[0]
		region := replacement.DeletedRegion
		if *region.StartLine != *region.EndLine {
			t.Fatal("a fix goes over several lines")
		}
		units := utf16.Encode([]rune(lines[*region.StartLine-1]))
		lines[*region.StartLine-1] = string(utf16.Decode(units[:*region.StartColumn-1])) + *replacement.InsertedContent.Text + string(utf16.Decode(units[*region.EndColumn-1:]))
	}
	fix := exec.Command(binary, "lint", "--fix")
	fix.Dir = tr.dir
	if out, err := fix.CombinedOutput(); err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	fixed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := "\ufeff" + strings.Join(lines, "\n"); got != string(fixed) {
		t.Errorf("got\n%s\nwant\n%s", got, fixed)
	}
}
