package overlay

import (
	"fmt"
	"slices"
	"strings"
)

// A CommandLine is one of the go command, read as far as it matters here: all else is passed on as it is.
type CommandLine struct {
	// Command is build, test and so on.
	Command string
	// Chdir is the value of -C; empty without.
	Chdir string
	// Packages are the packages, or the files of one; empty for the package in the working directory.
	Packages []string
	args     []arg
}

// An arg is a flag with its value, or something else.
type arg struct {
	words []string
	flag  string // without dashes; empty if it is none
	value string
}

// The flags of the go command with a value, which may be an argument of its own; all others have none, or
// one behind an equals sign.
var (
	buildValues = words("p covermode coverpkg asmflags buildmode compiler gccgoflags gcflags installsuffix ldflags mod modfile " +
		"overlay pgo pkgdir tags toolexec debug-actiongraph debug-runtime-trace debug-trace")
	buildBools = words("a n race msan asan cover v work x json linkshared modcacherw trimpath buildvcs")
	values     = map[string][]string{
		"build": words("o"), "install": nil, "run": words("exec"), "vet": words("vettool c"), "list": words("f reuse"),
		"test": words("o exec vet bench benchtime count coverprofile cpu fuzz fuzztime fuzzminimizetime list outputdir parallel run shuffle " +
			"skip timeout blockprofile blockprofilerate cpuprofile memprofile memprofilerate mutexprofile mutexprofilefraction trace"),
	}
	testBools = words("c json artifacts failfast fullpath short benchmem")
)

func words(s string) []string { return strings.Fields(s) }

// ParseCommandLine reads the arguments of the go command, from the name of its command on.
func ParseCommandLine(args []string) (*CommandLine, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("go: no command; give one of %s", commands())
	}
	c := &CommandLine{Command: args[0]}
	args = args[1:]
	if _, known := values[c.Command]; !known {
		return nil, fmt.Errorf("go %s: not a command that builds packages; run it without teleinstr, or give one of %s", c.Command, commands())
	}
	if len(args) > 0 && isFlag(args[0]) {
		if a := c.flag(args); a.flag == "C" {
			if a.value == "" {
				return nil, fmt.Errorf("go %s: -C needs a directory", c.Command)
			}
			c.Chdir, args = a.value, args[len(a.words):]
		}
	}
	if c.Command == "test" {
		c.parseTest(args)
	} else {
		c.parse(args)
	}
	if fix, given := c.Lookup("fix"); c.Command == "vet" && given && fix != "false" {
		return nil, fmt.Errorf("go vet -fix: changes the source, and would change that of the overlay; run it without teleinstr")
	}
	if m, given := c.Lookup("m"); c.Command == "list" && given && m != "false" {
		return nil, fmt.Errorf("go list -m: lists modules, and would list those of the overlay; run it without teleinstr")
	}
	for _, p := range c.Packages {
		if strings.Contains(p, "@") {
			return nil, fmt.Errorf("go %s: %s is not of the main module, and cannot be instrumented; run it without teleinstr", c.Command, p)
		}
	}
	return c, nil
}

func commands() string { return "build, install, list, run, test, vet" }

// isFlag reports whether an argument is a flag, as package flag sees it.
func isFlag(s string) bool { return len(s) > 1 && s[0] == '-' && s != "--" }

// flag reads the flag at the start of args.
func (c *CommandLine) flag(args []string) arg {
	a := arg{words: args[:1]}
	name := strings.TrimPrefix(strings.TrimPrefix(args[0], "-"), "-")
	name, value, hasValue := strings.Cut(name, "=")
	a.flag, a.value = name, value
	if !hasValue && c.takesValue(name) && len(args) > 1 {
		a.words, a.value = args[:2], args[1]
	}
	return a
}

func (c *CommandLine) takesValue(name string) bool {
	if c.Command == "test" {
		name = strings.TrimPrefix(name, "test.")
	}
	// The flags of vet's analyzers are not known here. Those with a dot in their name are settings.
	return name == "C" || slices.Contains(buildValues, name) || slices.Contains(values[c.Command], name) ||
		c.Command == "vet" && strings.Contains(name, ".")
}

// parse reads flags, then packages. For run, what follows the package is the program's.
func (c *CommandLine) parse(args []string) {
	for len(args) > 0 && isFlag(args[0]) {
		a := c.flag(args)
		c.args, args = append(c.args, a), args[len(a.words):]
	}
	if len(args) > 0 && args[0] == "--" {
		c.args, args = append(c.args, arg{words: args[:1]}), args[1:]
	}
	for i, word := range args {
		c.args = append(c.args, arg{words: args[i : i+1]})
		if c.Command != "run" || i == 0 || len(c.Packages) == i && strings.HasSuffix(word, ".go") && strings.HasSuffix(args[0], ".go") {
			c.Packages = append(c.Packages, word)
		}
	}
}

// parseTest reads flags before and behind the packages, up to what is the test's: see testFlags in
// cmd/go/internal/test.
func (c *CommandLine) parseTest(args []string) {
	inPackages, complete := false, false
	for len(args) > 0 {
		switch {
		case args[0] == "--" || args[0] == "-args" || args[0] == "--args" || !isFlag(args[0]) && complete && !inPackages:
			c.args = append(c.args, arg{words: args})
			return
		case !isFlag(args[0]):
			inPackages, complete = true, true
			c.Packages = append(c.Packages, args[0])
			c.args, args = append(c.args, arg{words: args[:1]}), args[1:]
		default:
			inPackages = false
			a := c.flag(args)
			if !c.knows(a.flag) {
				complete = true
				a.flag = ""
				if !strings.Contains(args[0], "=") && len(args) > 1 && !isFlag(args[1]) {
					a.words = args[:2] // may be its value
				}
			}
			c.args, args = append(c.args, a), args[len(a.words):]
		}
	}
}

func (c *CommandLine) knows(flag string) bool {
	short := strings.TrimPrefix(flag, "test.")
	return c.takesValue(flag) || slices.Contains(buildBools, flag) || slices.Contains(testBools, short) || short == "v"
}

// Lookup returns the value of a flag, the last if it is given more than once.
func (c *CommandLine) Lookup(flag string) (value string, ok bool) {
	for _, a := range c.args {
		if a.flag == flag {
			value, ok = a.value, true
		}
	}
	return value, ok
}

// With returns the arguments for the go command: with flags added before all others, and without others.
func (c *CommandLine) With(added []string, without ...string) []string {
	out := []string{c.Command}
	if c.Chdir != "" {
		out = append(out, "-C="+c.Chdir)
	}
	out = append(out, added...)
	for _, a := range c.args {
		if a.flag == "" || !slices.Contains(without, a.flag) {
			out = append(out, a.words...)
		}
	}
	return out
}

// shown are build flags that change what is printed, or whether the cache is used, but not what is built.
var shown = words("a n v x work json p debug-actiongraph debug-runtime-trace debug-trace toolexec cover covermode coverpkg overlay mod modfile")

// BuildFlags returns the flags that decide how packages are compiled, each as one word.
func (c *CommandLine) BuildFlags() []string {
	var out []string
	for _, a := range c.args {
		isBuild := slices.Contains(buildValues, a.flag) || slices.Contains(buildBools, a.flag)
		switch {
		case !isBuild || slices.Contains(shown, a.flag):
		case len(a.words) == 2:
			out = append(out, "-"+a.flag+"="+a.value)
		default:
			out = append(out, a.words[0])
		}
	}
	return out
}

// Tests reports whether the command looks at the tests of the packages.
func (c *CommandLine) Tests() bool {
	test, given := c.Lookup("test")
	return c.Command == "test" || c.Command == "vet" || c.Command == "list" && given && test != "false"
}

// splitFlags splits the value of GOFLAGS, as cmd/internal/quoted does: words may stand in quotes as a whole.
func splitFlags(s string) ([]string, error) {
	var out []string
	for s = strings.TrimLeft(s, " \t\n\r"); s != ""; s = strings.TrimLeft(s, " \t\n\r") {
		if quote := s[0]; quote == '"' || quote == '\'' {
			word, rest, ok := strings.Cut(s[1:], string(quote))
			if !ok {
				return nil, fmt.Errorf("unterminated %c string", quote)
			}
			out, s = append(out, word), rest
			continue
		}
		end := strings.IndexAny(s, " \t\n\r")
		if end < 0 {
			end = len(s)
		}
		out, s = append(out, s[:end]), s[end:]
	}
	return out, nil
}
