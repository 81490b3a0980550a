package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// tools are what sessions run: the command as it is here, and what gives the go command this checkout as a version.
type tools struct {
	bin   string // directory of teleinstr
	build string // what outlives a run of the tests
	proxy string // directory
	help  map[string]string
}

// newTools builds the command, once.
func newTools(t *testing.T) *tools {
	t.Helper()
	made, err := makeTools()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

var makeTools = sync.OnceValues(func() (*tools, error) {
	build, err := filepath.Abs("../../build/docs")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(build, 0o777); err != nil {
		return nil, err
	}
	// As a module of its own, what is there are none of the checkout's packages.
	if err := os.WriteFile(filepath.Join(build, "go.mod"), []byte("module example.com/docs\n"), 0o666); err != nil {
		return nil, err
	}
	made := &tools{bin: filepath.Join(build, "bin"), build: build, proxy: filepath.Join(build, "proxy"), help: map[string]string{}}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", made.bin+string(filepath.Separator), "./cmd/teleinstr")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return made, made.serve()
})

// A command is a line of a page that is typed into a terminal.
type command struct {
	line int
	text string // without $; without a comment behind it
	want string // what it prints, as far as the page says
}

var trailingComment = regexp.MustCompile(`\s+#\s.*$`)

// commands returns the commands of a step that is, or might be, run.
func (s *step) commands() []command {
	if s.kind != session && s.kind != notRun {
		return nil
	}
	bare := s.block == nil || !strings.HasPrefix(s.text, "$ ")
	var all []command
	number := s.line - 1
	for line := range strings.Lines(s.text) {
		number++
		text, prompted := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ ")
		switch {
		case len(all) > 0 && strings.HasSuffix(all[len(all)-1].text, `\`) && all[len(all)-1].want == "":
			all[len(all)-1].text += "\n" + text
		case bare && strings.TrimSpace(line) == "":
		case bare || prompted:
			all = append(all, command{line: number, text: trailingComment.ReplaceAllString(text, "")})
		default:
			all[len(all)-1].want += line
		}
	}
	return all
}

// checkCommand holds a command line against the commands that there are: words and flags of teleinstr, targets of make.
func (tl *tools) checkCommand(line string) error {
	if isSynopsis(line) {
		return tl.checkSynopsis(line)
	}
	for _, part := range regexp.MustCompile(`\|\||&&|[|;\n]`).Split(line, -1) {
		words := strings.Fields(part)
		for i, word := range words {
			switch {
			case word == "teleinstr":
				return tl.checkTeleinstr(line, words[i+1:])
			case word == "make" && i == 0:
				cmd := exec.Command("make", append([]string{"-n"}, words[1:]...)...)
				cmd.Dir = checkout
				if out, err := cmd.CombinedOutput(); err != nil {
					return fmt.Errorf("%s: %w\n%s", line, err, out)
				}
			}
		}
	}
	return nil
}

var (
	usageLine = regexp.MustCompile(`(?m)^Usage:\n  (.*)$`)
	flagName  = regexp.MustCompile(`(?m)^ +(?:(-\w), |    )(--[\w-]+)`)
)

func (tl *tools) checkTeleinstr(line string, words []string) error {
	if len(words) == 0 {
		return nil
	}
	help, err := tl.helpOf(words[0])
	if err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	usage := usageLine.FindStringSubmatch(help)
	known := []string{"-h", "--help"}
	for _, f := range flagName.FindAllStringSubmatch(help, -1) {
		known = append(known, f[1], f[2])
	}
	for i, word := range words[1:] {
		name, _, _ := strings.Cut(word, "=")
		if words[0] == "go" && strings.Contains(usage[1], "["+words[i]+" file]") {
			continue // the file
		}
		if words[0] == "go" && !strings.HasPrefix(word, "-") {
			if !strings.Contains(usage[1], word) {
				return fmt.Errorf("%s: teleinstr go takes no %s", line, word)
			}
			return nil // the rest goes to the go command
		}
		if strings.HasPrefix(name, "-") && name != "-" && !slices.Contains(known, name) {
			return fmt.Errorf("%s: teleinstr %s has no flag %s", line, words[0], name)
		}
	}
	return nil
}

var synopsis = regexp.MustCompile(`^teleinstr ([a-z]+)( [^']*)?( \[\w+\]|\w\|\w|…)`)

// isSynopsis reports whether a line says how a command is used, and is none.
func isSynopsis(line string) bool { return synopsis.MatchString(line) }

// checkSynopsis compares a line with what the command says of itself.
func (tl *tools) checkSynopsis(line string) error {
	help, err := tl.helpOf(synopsis.FindStringSubmatch(line)[1])
	if err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	usage := usageLine.FindStringSubmatch(help)
	if usage == nil || strings.TrimSuffix(usage[1], " [flags]") != line {
		return fmt.Errorf("%s: --help has %q", line, usage)
	}
	return nil
}

// helpOf returns what --help prints of a command.
func (tl *tools) helpOf(name string) (string, error) {
	if tl.help[name] == "" {
		cmd := exec.Command(filepath.Join(tl.bin, "teleinstr"), "help", name)
		cmd.Env = append(os.Environ(), "NO_COLOR=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("there is no command %q: %s", name, out)
		}
		tl.help[name] = string(out)
	}
	return tl.help[name], nil
}

// TestCheckCommand wants what is misspelt to be found.
func TestCheckCommand(t *testing.T) {
	tl := newTools(t)
	tests := []struct{ line, want string }{
		{"teleinstr generate --check ./...", ""},
		{"TELEINSTR_TELEMETRY=1 go tool teleinstr generate -l | wc -l", ""},
		{"teleinstr go -d build -race ./...", ""},
		{"teleinstr generate [packages]", ""},
		{"make test", ""},
		{"git show x | teleinstr list --diff - --format=markdown .", ""},
		{"teleinstr generat", "there is no command"},
		{"teleinstr generate --chek ./...", "has no flag --chek"},
		{"git show x | teleinstr list --dif - .", "has no flag --dif"},
		{"go tool teleinstr strip -x", "has no flag -x"},
		{"teleinstr go bild", "takes no bild"},
		{"teleinstr strip [paths]", "--help has [\"Usage:"},
		{"make tests", "No rule"},
	}
	for _, test := range tests {
		err := tl.checkCommand(test.line)
		switch {
		case test.want == "" && err != nil:
			t.Error(err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: got %v, want %q", test.line, err, test.want)
		}
	}
}
