package docs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A terminal runs the commands of a page, one after the other, in a directory of its own.
type terminal struct {
	t     *testing.T
	home  string
	dir   string
	env   []string
	wrote *step // a file that no command has used yet
}

// patience is how long a command may take.
const patience = 5 * time.Minute

func newSession(t *testing.T, tl *tools, p *page) *terminal {
	t.Helper()
	home := t.TempDir()
	s := &terminal{t: t, home: home, dir: filepath.Join(home, "work")}
	if err := os.Mkdir(s.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	_, files, err := readWorld(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		s.write(f.Name, f.Data)
	}
	env, err := tl.environment(home)
	if err != nil {
		t.Fatal(err)
	}
	s.env = append(env, "CHECKOUT="+absolute(t, "../.."), "HOME="+home)
	return s
}

func (s *terminal) write(name string, contents []byte) {
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, contents, 0o666); err != nil {
		s.t.Fatal(err)
	}
}

// run takes the steps in order. It stops at a command that fails out of sight or prints something else, because those behind it
// build on it.
func (s *terminal) run(steps []*step) {
	for _, step := range steps {
		switch step.kind {
		case file:
			s.write(step.argument, []byte(step.text))
			s.wrote = step
		case edit:
			before, err := os.ReadFile(filepath.Join(s.dir, step.argument))
			if err != nil {
				s.t.Fatalf("%s: %v", step.position(), err)
			}
			after, err := edited(string(before), step.text)
			if err != nil {
				s.t.Fatalf("%s: %v", step.position(), err)
			}
			s.write(step.argument, []byte(after))
			s.wrote = step
		case session:
			for _, c := range step.commands() {
				if isSynopsis(c.text) || strings.HasPrefix(c.text, "make ") {
					continue // see checkCommand
				}
				s.try(step, c)
				s.wrote = nil
			}
		}
	}
	if s.wrote != nil {
		s.t.Errorf("%s: no command below uses this file", s.wrote.position())
	}
}

// try runs a command. In a block that shows what commands print, that is compared, and the status may be any; else it is to be 0.
func (s *terminal) try(step *step, c command) {
	s.t.Helper()
	if err := missing(c.text); err != nil {
		unavailable(s.t, fmt.Errorf("%s:%d: $ %s: %w", step.page.name, c.line, c.text, err))
	}
	out, err := s.shell(c.text)
	compares := step.block != nil && strings.HasPrefix(step.text, "$ ")
	where := fmt.Sprintf("%s:%d: $ %s", step.page.name, c.line, c.text)
	if !compares {
		if err != nil {
			s.t.Fatalf("%s: %v\n%s", where, err, out)
		}
		return
	}
	if err := compare(c.want, out); err != nil {
		s.t.Fatalf("%s: %v; it prints\n%s", where, err, out)
	}
}

// needs are what commands take, besides go, git and what every system has: one of the programs.
var needs = []struct {
	command  *regexp.Regexp
	programs []string
}{
	{regexp.MustCompile(`\bjq\b`), []string{"jq"}},
	{regexp.MustCompile(` -race\b`), []string{"gcc", "clang"}},
}

// missing returns what has to be installed for a command to run.
func missing(command string) error {
	for _, need := range needs {
		if need.command.MatchString(command) && !slices.ContainsFunc(need.programs, installed) {
			return fmt.Errorf("install %s", strings.Join(need.programs, " or "))
		}
	}
	return nil
}

func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// shell runs a command in bash and returns all that it prints. Where it goes, the next one starts.
func (s *terminal) shell(text string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stood := filepath.Join(s.home, "directory")
	cmd := exec.CommandContext(ctx, "bash", "-c", text+"\nstatus=$?; pwd >\"$HOME/directory\"; exit $status")
	cmd.Dir = s.dir
	cmd.Env = append(s.env, "PWD="+s.dir)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if d := time.Since(start); d > 5*time.Second {
		s.t.Logf("%v: %s", d.Round(time.Second), text)
	}
	if dir, readErr := os.ReadFile(stood); readErr == nil {
		s.dir = strings.TrimSuffix(string(dir), "\n")
	}
	return strings.ReplaceAll(string(out), s.home, "~"), err
}

// passing is what differs from run to run, and by what it is compared.
var passing = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`(?m)^go: (downloading|finding|found) .*\n`), ""},
	{regexp.MustCompile(`\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`), "TIME"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?(ns|µs|ms|s)\b`), "0s"},
	{regexp.MustCompile(`\b\d+(\.\d+)?%`), "0%"},
	{regexp.MustCompile(`(_s"?[:=])-?\d+(\.\d+)?(e[+-]?\d+)?`), "${1}0"},
	{regexp.MustCompile(`\bgo1(\.\d+)+\b`), "go1"},
	{regexp.MustCompile(`\b(linux|darwin|windows|freebsd)/(amd64|arm64)\b`), "PLATFORM"},
	{regexp.MustCompile(`(?m)(\S)[ \t]+`), "$1 "},
	{regexp.MustCompile(`(?m)[ \t]+$`), ""},
}

func constant(text string) []string {
	for _, p := range passing {
		text = p.pattern.ReplaceAllString(text, p.by)
	}
	if text = strings.TrimRight(text, "\n"); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// compare returns how output differs from what a page says: "…" stands for any text in a line, and by itself for any lines.
// Lines with durations may come in another order, as in a table that is sorted by them.
func compare(want, got string) error {
	w, g := constant(want), constant(got)
	err := compareLines(w, g)
	if err != nil && compareLines(sorted(w), sorted(g)) == nil {
		return nil
	}
	return err
}

// sorted sorts neighbouring lines with durations.
func sorted(lines []string) []string {
	lines = slices.Clone(lines)
	timed := func(line string) bool { return strings.Contains(line, " 0s") }
	for i := 0; i < len(lines); i++ {
		from := i
		for i < len(lines) && timed(lines[i]) {
			i++
		}
		slices.Sort(lines[from:i])
	}
	return lines
}

func compareLines(want, got []string) error {
	for len(want) > 0 {
		if strings.TrimSpace(want[0]) == "…" {
			return compareAfterAny(want[1:], got)
		}
		switch {
		case len(got) == 0:
			return fmt.Errorf("%q does not come", want[0])
		case !lineMatches(want[0], got[0]):
			return fmt.Errorf("%q comes as %q", want[0], got[0])
		}
		want, got = want[1:], got[1:]
	}
	if len(got) > 0 {
		return fmt.Errorf("%q comes behind it", got[0])
	}
	return nil
}

// compareAfterAny skips as many lines as it takes.
func compareAfterAny(want, got []string) error {
	if len(want) == 0 {
		return nil
	}
	err := fmt.Errorf("%q does not come", want[0])
	for i := range got {
		if lineMatches(want[0], got[i]) {
			if err = compareLines(want, got[i:]); err == nil {
				return nil
			}
		}
	}
	return err
}

func lineMatches(want, got string) bool {
	parts := strings.Split(want, "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(got)
}

// TestCompare wants output to differ where it differs.
func TestCompare(t *testing.T) {
	tests := []struct {
		want, got string
		same      bool
	}{
		{"a  1.5ms\n", "a 320.25µs\n", true},
		{"a  1.5ms  3\n", "a 320.25µs 4\n", false},
		{"  a 1s\n", "a 1s\n", false},
		{"…\nb\n", "a\na\nb\n", true},
		{"…\nb\n", "a\na\n", false},
		{"a\n…\n", "a\nb\n", true},
		{"a\n", "a\nb\n", false},
		{"a\nb\n", "a\n", false},
		{"", "a\n", false},
		{"…\na\n…\nb\n", "a\nc\na\nb\n", true},
		{"x …: y\n", "x 1 2: y\n", true},
		{"a.b\n", "acb\n", false},
		{`{"duration_s":1.5,"n":1}`, `{"duration_s":2e-06,"n":1}`, true},
		{`{"duration_s":1.5,"n":1}`, `{"duration_s":2e-06,"n":2}`, false},
		{"INFO 2026-11-02T10:00:00Z go1.26.8 linux/amd64", "INFO 2027-01-02T10:00:00.25+01:00 go1.27 darwin/arm64", true},
		{"a 1s\nb 2s\n", "b 3s\na 2s\n", true},
		{"a 1s\nb\n", "b\na 2s\n", false},
		{"a\n", "go: downloading example.com/m v1.0.0\na\n", true},
	}
	for _, test := range tests {
		if err := compare(test.want, test.got); (err == nil) != test.same {
			t.Errorf("%q and %q: %v", test.want, test.got, err)
		}
	}
}
