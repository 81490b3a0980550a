package corpus

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A suite is what go test -json says of a run.
type suite struct {
	passed int
	took   time.Duration
	// failed holds the output of the tests that failed, by name, "package" or "package Test/subtest": the
	// innermost ones, and packages in which something other than a test went wrong.
	failed map[string]string
}

// A testEvent is a line of go test -json; see go doc test2json.
type testEvent struct {
	Action     string
	Package    string
	ImportPath string // instead of Package, where it does not build
	Test       string
	Output     string
}

// parseSuite reads the output of go test -json.
func parseSuite(output string) (*suite, error) {
	s := &suite{failed: map[string]string{}}
	printed := map[string]*strings.Builder{}
	for d := json.NewDecoder(strings.NewReader(output)); ; {
		var e testEvent
		if err := d.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go test -json: %w", err)
		}
		// A package with tests is built in variants, "p [p.test]".
		path, _, _ := strings.Cut(e.Package+e.ImportPath, " ")
		name := strings.TrimSpace(path + " " + e.Test)
		switch e.Action {
		case "output", "build-output":
			if printed[name] == nil {
				printed[name] = new(strings.Builder)
			}
			printed[name].WriteString(e.Output)
		case "pass":
			if e.Test != "" {
				s.passed++
			}
		case "fail", "build-fail":
			s.failed[name] = ""
		}
	}
	for _, name := range slices.Collect(maps.Keys(s.failed)) {
		if s.encloses(name) {
			delete(s.failed, name)
		} else if printed[name] != nil {
			s.failed[name] = printed[name].String()
		}
	}
	return s, nil
}

// encloses reports whether name is the package or parent of a test that failed.
func (s *suite) encloses(name string) bool {
	inside := name + " "
	if strings.Contains(name, " ") {
		inside = name + "/"
	}
	for other := range s.failed {
		if strings.HasPrefix(other, inside) {
			return true
		}
	}
	return false
}

// packages returns the packages in which something failed.
func (s *suite) packages() []string {
	set := map[string]bool{}
	for name := range s.failed {
		path, _, _ := strings.Cut(name, " ")
		set[path] = true
	}
	return slices.Sorted(maps.Keys(set))
}

var position = regexp.MustCompile(`:\d+(:\d+)?`)

// vetFindings returns what go vet reports, with the line numbers taken out, and how often it does.
func vetFindings(output string) map[string]int {
	findings := map[string]int{}
	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "go: downloading ") {
			findings[position.ReplaceAllString(line, "")]++
		}
	}
	return findings
}
