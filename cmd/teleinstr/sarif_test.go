package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/teleinstr/teleinstr/scopes"
)

// TestSARIFPositions wants columns in UTF-16 code units, of findings and of fixes.
func TestSARIFPositions(t *testing.T) {
	const bom = "\ufeff"
	tests := []struct {
		name, src string
		want      []string
	}{
		{"ascii", "package a\n\n//tele:scope Bad\nfunc A() {}\n", []string{"3:14 name 3:14-3:17 bad"}},
		{"crlf", "package a\r\n\r\n//tele:scope Bad\r\nfunc A() {}\r\n", []string{"3:14 name 3:14-3:17 bad"}},
		{"two bytes", "package a\n\n//tele:scope a k=\"ä\" k=1\nfunc A() {}\n", []string{"3:22 key 3:21-3:25 "}},
		{"surrogates", "package a\n\n//tele:scope a k=\"𝄞\" k=1\nfunc A() {}\n", []string{"3:23 key 3:22-3:26 "}},
		{"not UTF-8", "package a\n\n//tele:scope a k=\"\xff\" Bad=1\nfunc A() {}\n", []string{"3:19 syntax"}},
		{"byte order mark", bom + "/* ä */ //tele:scop a\npackage a\n", []string{"1:9 verb 1:16-1:20 scope"}},
		{"byte order mark further down", "package a\n" + bom + " //tele:scop a\n", []string{"2:1 syntax"}},
		{"no final newline", "package a\n\nfunc (", []string{"3:7 syntax"}},
		{"nothing", bom, []string{"1:1 syntax"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("a.go", []byte(tt.src), 0o666); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range sarifResults(t, tt.src) {
				region := r.Locations[0].PhysicalLocation.Region
				text := fmt.Sprintf("%d:%d %s", region.StartLine, region.StartColumn, r.RuleID)
				for _, fix := range r.Fixes {
					replacement := fix.ArtifactChanges[0].Replacements[0]
					deleted := replacement.DeletedRegion
					text += fmt.Sprintf(" %d:%d-%d:%d %s", deleted.StartLine, deleted.StartColumn, deleted.EndLine, deleted.EndColumn, replacement.InsertedContent.Text)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestSARIFFingerprints wants findings told apart that share a line, or its text but for the indentation.
func TestSARIFFingerprints(t *testing.T) {
	t.Chdir(t.TempDir())
	src := "package a\n\n//tele:scope Bad X=1 Y=2\nfunc A() {}\n\n  //tele:scope Bad X=1 Y=2\nfunc B() {}\n"
	if err := os.WriteFile("a.go", []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range sarifResults(t, src) {
		hash, number, _ := strings.Cut(r.PartialFingerprints["lineHash/v1"], ":")
		if key := r.RuleID + " " + number; seen[key] != 0 {
			t.Errorf("%s twice", key)
		}
		seen[r.RuleID+" "+number]++
		seen[hash]++
	}
	if len(seen) != 7 {
		t.Errorf("got %v, want two names, four keys and one hash", seen)
	}
}

// TestSARIFStale wants no position made up for a file that changed while lint ran.
func TestSARIFStale(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.go", []byte("package a\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	at := token.Position{Filename: "a.go", Offset: 5, Line: 1, Column: 6}
	stale := []scopes.Diagnostic{
		{Position: token.Position{Filename: "a.go", Offset: 11, Line: 2, Column: 2}, Rule: scopes.RuleName},
		{Position: at, Rule: scopes.RuleName, Fix: &scopes.Fix{Start: 5, End: 11}},
		{Position: token.Position{Filename: "gone.go", Line: 1, Column: 1}, Rule: scopes.RuleName},
	}
	for _, d := range stale {
		if err := writeSARIF(new(bytes.Buffer), findings{diagnostics: []scopes.Diagnostic{d}}); err == nil {
			t.Errorf("%v: no error", d)
		}
	}
	if err := writeSARIF(new(bytes.Buffer), findings{diagnostics: []scopes.Diagnostic{{Position: at, Rule: scopes.RuleName}}}); err != nil {
		t.Error(err)
	}
}

func sarifResults(t *testing.T, src string) []sarifResult {
	t.Helper()
	found := scopes.Lint(token.NewFileSet(), scopes.Source{Path: "a.go", Src: []byte(src)})
	var out bytes.Buffer
	if err := writeSARIF(&out, findings{diagnostics: found}); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	for _, r := range log.Runs[0].Results {
		if rule := log.Runs[0].Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID {
			t.Errorf("rule %d is %s, want %s", r.RuleIndex, rule.ID, r.RuleID)
		}
	}
	return log.Runs[0].Results
}

func TestSARIFArtifact(t *testing.T) {
	tests := []struct{ name, want string }{
		{"a/b.go", "%SRCROOT% a/b.go"},
		{"a b/ü,%#?.go", "%SRCROOT% a%20b/%C3%BC,%25%23%3F.go"},
		{"a:b.go", "%SRCROOT% ./a:b.go"}, // else a would be a scheme
	}
	if filepath.Separator == '/' {
		tests = append(tests, struct{ name, want string }{"/tmp/a b.go", " file:///tmp/a%20b.go"})
	}
	for _, tt := range tests {
		if got := newSARIFArtifact(tt.name); got.URIBaseID+" "+got.URI != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestSemanticVersion(t *testing.T) {
	tests := []struct{ version, want string }{
		{"v1.2.3", "1.2.3"},
		{"v1.2.3-rc.1+dirty", "1.2.3-rc.1+dirty"},
		{"v0.0.0-20260102030405-0123456789ab", "0.0.0-20260102030405-0123456789ab"},
		{"v1.2", ""},
		{"(devel)", ""},
		{"(devel) 0123456789ab", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := semanticVersion(tt.version); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.version, got, tt.want)
		}
	}
}
