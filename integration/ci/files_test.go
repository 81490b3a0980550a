package ci

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/go/analysis"

	"github.com/teleinstr/teleinstr/scopes/scopelint"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	contents, err := os.ReadFile(filepath.Join(checkout, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(contents)
}

// decode reads a YAML file that may hold nothing that the type of value does not.
func decode(t *testing.T, path string, value any) {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(readFile(t, path)))
	decoder.KnownFields(true)
	if err := decoder.Decode(value); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

// TestArticle holds that the article shows the files as they are, all of them.
func TestArticle(t *testing.T) {
	article := readFile(t, "docs/ci.md")
	entries, err := os.ReadDir(filepath.Join(checkout, "docs/ci"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.Contains(article, "\n"+readFile(t, "docs/ci/"+entry.Name())+"```\n") {
			t.Errorf("docs/ci.md does not show docs/ci/%s as it is", entry.Name())
		}
		if !strings.Contains(article, "(ci/"+entry.Name()+")") {
			t.Errorf("docs/ci.md has no link to docs/ci/%s", entry.Name())
		}
	}
	if config := readFile(t, "docs/ci/golangci.yml"); !strings.Contains(commented(t), strings.TrimPrefix(config, "# .golangci.yml\n")) {
		t.Error("scopes/scopelint/golangci/doc.go does not show docs/ci/golangci.yml as it is")
	}
	if config := readFile(t, "docs/ci/custom-gcl.yml"); !strings.Contains(commented(t), strings.TrimPrefix(config, "# .custom-gcl.yml\n")) {
		t.Error("scopes/scopelint/golangci/doc.go does not show docs/ci/custom-gcl.yml as it is")
	}
}

// commented returns the code in the documentation of the plugin.
func commented(t *testing.T) string {
	return strings.ReplaceAll(readFile(t, "scopes/scopelint/golangci/doc.go"), "//\t", "")
}

// A hook is one of pre-commit, of a repository or local; pre-commit itself judges them where it is installed.
type hook struct {
	ID, Name, Description, Entry, Language, Files, Exclude string
	Args, Types                                            []string
	PassFilenames                                          *bool `yaml:"pass_filenames"`
}

// TestHooks holds that the hooks are well-formed, and that what users write names hooks that there are.
func TestHooks(t *testing.T) {
	var hooks []hook
	decode(t, ".pre-commit-hooks.yaml", &hooks)
	var ids []string
	for _, h := range hooks {
		ids = append(ids, h.ID)
	}
	for _, name := range []string{"docs/ci/pre-commit-config.yaml", "docs/ci/pre-commit-local.yaml"} {
		var config struct {
			Repos []struct {
				Repo, Rev string
				Hooks     []hook
			}
		}
		decode(t, name, &config)
		for _, repo := range config.Repos {
			for _, h := range repo.Hooks {
				i := slices.Index(ids, h.ID)
				if i < 0 {
					t.Fatalf("%s: there is no hook %s", name, h.ID)
				}
				if want := hooks[i]; repo.Repo == "local" && (h.Files != want.Files || h.Exclude != want.Exclude || h.Name != want.Name) {
					t.Errorf("%s: %s differs from the hook of the repository", name, h.ID)
				}
			}
			if repo.Repo == "local" != (repo.Rev == "") {
				t.Errorf("%s: %s at %q", name, repo.Repo, repo.Rev)
			}
		}
	}
}

// TestCustomGCL holds that golangci-lint custom builds what TestGolangci tries.
func TestCustomGCL(t *testing.T) {
	var config struct {
		Version string
		Plugins []struct{ Module, Version string }
	}
	decode(t, "docs/ci/custom-gcl.yml", &config)
	if config.Version != golangciVersion {
		t.Errorf("version %s; tried is %s", config.Version, golangciVersion)
	}
	if len(config.Plugins) != 1 || config.Plugins[0].Module != pluginModule || config.Plugins[0].Version == "" {
		t.Errorf("plugins %+v", config.Plugins)
	}
	if !strings.HasPrefix(readFile(t, "scopes/scopelint/golangci/go.mod"), "module "+pluginModule+"\n") {
		t.Errorf("the plugin is not %s", pluginModule)
	}
}

// nogo says what nogo asks of an analyzer.
var nogo *analysis.Analyzer = scopelint.Analyzer

// TestNogo holds that the files for Bazel parse and speak of the package and the analyzer that there is; there is no Bazel.
func TestNogo(t *testing.T) {
	if _, err := build.ParseModule("MODULE.bazel", []byte(readFile(t, "docs/ci/nogo.MODULE.bazel"))); err != nil {
		t.Error(err)
	}
	file, err := build.ParseBuild("BUILD.bazel", []byte(readFile(t, "docs/ci/nogo.BUILD.bazel")))
	if err != nil {
		t.Fatal(err)
	}
	rules := file.Rules("nogo")
	if len(rules) != 1 || rules[0].AttrString("config") != "nogo.json" {
		t.Fatalf("%d rules nogo, want one with nogo.json", len(rules))
	}
	if !strings.Contains(readFile(t, "docs/ci/nogo.MODULE.bazel"), `"//:`+rules[0].Name()+`"`) {
		t.Errorf("MODULE.bazel does not name the rule %s", rules[0].Name())
	}
	const repository = "@com_github_teleinstr_teleinstr//"
	_, label, _ := strings.Cut(readFile(t, "docs/ci/nogo.BUILD.bazel"), repository)
	path, _, _ := strings.Cut(label, `"`)
	if !declaresAnalyzer(t, path) {
		t.Errorf("%s declares no Analyzer", path)
	}
	checkNogoConfig(t)
}

func declaresAnalyzer(t *testing.T, path string) bool {
	packages, err := filepath.Glob(filepath.Join(checkout, path, "*.go"))
	if err != nil || len(packages) == 0 {
		t.Fatalf("no files in %s: %v", path, err)
	}
	for _, name := range packages {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if file.Scope.Lookup("Analyzer") != nil && file.Scope.Lookup("Analyzer").Kind == ast.Var {
			return true
		}
	}
	return false
}

func checkNogoConfig(t *testing.T) {
	var config map[string]struct {
		Description  string            `json:"description"`
		ExcludeFiles map[string]string `json:"exclude_files"`
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(readFile(t, "docs/ci/nogo.json"))))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		t.Fatal(err)
	}
	c, exists := config[nogo.Name]
	if !exists || len(config) != 1 {
		t.Fatalf("nogo.json is not about %s", nogo.Name)
	}
	for pattern := range c.ExcludeFiles {
		if _, err := regexp.Compile(pattern); err != nil {
			t.Error(err)
		}
	}
}
