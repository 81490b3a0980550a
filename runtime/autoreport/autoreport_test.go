package autoreport_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/autoreport"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	// At the top of main; with TELEINSTR_TELEMETRY=1 and TELEINSTR_REPORT=tree there is a report at its end.
	defer autoreport.Start()()
}

// programs are what the test binary does when it is run as one of them: telemetry is switched on when a process
// starts.
var programs = map[string]func(){
	"returns": func() {
		defer autoreport.Start()()
		work()
	},
	"exits": func() {
		defer autoreport.Start()()
		os.Exit(autoreport.Exit(status()))
	},
	"panics": func() {
		defer autoreport.Start()()
		work()
		panic("it does")
	},
	"calls main": func() {
		defer autoreport.StartTests("example.com/m")()
		func() {
			defer autoreport.Start()()
			work()
		}()
		work()
	},
	"twice": func() {
		for range 2 {
			stop := autoreport.Start()
			work()
			stop()
			stop()
		}
	},
}

func work() {
	_, scope := tele.Start(nil, "work")
	scope.End()
}

func status() int {
	work()
	return 3
}

const programVariable = "AUTOREPORT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if program := programs[os.Getenv(programVariable)]; program != nil {
		program()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// run runs a program and returns how often its report names the scope, and all that it has written to standard error.
func run(t *testing.T, program string, env ...string) (reported int, stderr string, err error) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append([]string{programVariable + "=" + program, "TELEINSTR_TELEMETRY=1", "GOCOVERDIR=" + t.TempDir()}, env...) // silent under -cover
	var out strings.Builder
	cmd.Stderr = &out
	err = cmd.Run()
	return strings.Count(out.String(), "\nwork "), out.String(), err
}

func TestReport(t *testing.T) {
	if !tele.Compiled {
		t.Skip("telemetry is compiled out")
	}
	for _, test := range []struct {
		program, status string
		reports         int
	}{
		{"returns", "", 1},
		{"exits", "exit status 3", 1},
		{"panics", "exit status 2", 1},
		{"twice", "", 2},
	} {
		reported, stderr, err := run(t, test.program, "TELEINSTR_REPORT=tree")
		status := ""
		if err != nil {
			status = err.Error()
		}
		if reported != test.reports || status != test.status {
			t.Errorf("a program that %s: %d reports, status %q; want %d, %q:\n%s", test.program, reported, status, test.reports, test.status, stderr)
		}
		if reported, stderr, _ := run(t, test.program); reported != 0 {
			t.Errorf("a program that %s reports without being asked:\n%s", test.program, stderr)
		}
	}
}

// A probe is a report that says what becomes of it.
type probe struct {
	runtimetest.Recorder
	argument string
}

func init() {
	autoreport.Register("probe", func(argument string) (autoreport.Report, error) {
		if argument == "bad" {
			return autoreport.Report{}, errors.New("bad argument")
		}
		p := &probe{argument: argument}
		fmt.Fprintf(os.Stderr, "%s starts\n", argument)
		return autoreport.Report{Reporter: p, Finish: p.finish}, nil
	})
	autoreport.Register("none", func(string) (autoreport.Report, error) { return autoreport.Report{}, nil })
}

func (p *probe) finish(w io.Writer) error {
	fmt.Fprintf(w, "%s has %d\n", p.argument, len(p.Events()))
	switch p.argument {
	case "fails":
		return errors.New("disk full")
	case "fails twice":
		return errors.Join(errors.New("too late"), errors.New("disk full"))
	}
	return nil
}

// TestReports runs a program with lists of reports, of which all or none is made.
func TestReports(t *testing.T) {
	if !tele.Compiled {
		t.Skip("telemetry is compiled out")
	}
	for value, want := range map[string]string{
		"probe:a:1, probe:b":  "a:1 starts\nb starts\na:1 has 1\nb has 1\n",
		"probe":               " starts\n has 1\n",
		"probe:fails,probe:b": "fails starts\nb starts\nfails has 1\nb has 1\nteleinstr: TELEINSTR_REPORT: probe: disk full\n",
		"probe:fails twice": "fails twice starts\nfails twice has 1\n" +
			"teleinstr: TELEINSTR_REPORT: probe: too late\nteleinstr: TELEINSTR_REPORT: probe: disk full\n",
		"probe:a,probe:bad":      "a starts\nteleinstr: TELEINSTR_REPORT: probe: bad argument; telemetry stays off\n",
		"forest":                 "teleinstr: TELEINSTR_REPORT: \"forest\" is no report; write exectrace, jsonl, log, none, pproflabels, probe, tree; telemetry stays off\n",
		"tree,":                  "teleinstr: TELEINSTR_REPORT: \"\" is no report; write exectrace, jsonl, log, none, pproflabels, probe, tree; telemetry stays off\n",
		"jsonl":                  "teleinstr: TELEINSTR_REPORT: jsonl: no file; write jsonl:FILE; telemetry stays off\n",
		"log:x":                  "teleinstr: TELEINSTR_REPORT: log: \"x\": takes no argument; telemetry stays off\n",
		"exectrace, pproflabels": "",
		"none":                   "teleinstr: TELEINSTR_REPORT: none: it has no reporter; telemetry stays off\n",
		"tree:x":                 "teleinstr: TELEINSTR_REPORT: tree: \"x\": takes no argument; telemetry stays off\n",
		"otlp": "teleinstr: TELEINSTR_REPORT: \"otlp\" takes a package that is not in this program; " +
			"import _ \"github.com/teleinstr/teleinstr/runtime/otel/auto\"; telemetry stays off\n",
	} {
		if _, stderr, err := run(t, "returns", "TELEINSTR_REPORT="+value); stderr != want || err != nil {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", value, err, stderr, want)
		}
		if _, stderr, err := run(t, "returns", "TELEINSTR_REPORT="+value, "TELEINSTR_TELEMETRY=0"); stderr != "" || err != nil {
			t.Errorf("%s without telemetry: %v, got\n%s", value, err, stderr)
		}
	}
}

// TestSwitch wants a value that is meant to switch telemetry on, and does not, to be named where there is something to report.
func TestSwitch(t *testing.T) {
	if !tele.Compiled {
		t.Skip("telemetry is compiled out")
	}
	for value, want := range map[string]string{
		"":      "",
		"0":     "",
		"false": "",
		"true":  "teleinstr: TELEINSTR_TELEMETRY: \"true\" is not 1; telemetry stays off\n",
		"yes":   "teleinstr: TELEINSTR_TELEMETRY: \"yes\" is not 1; telemetry stays off\n",
	} {
		if _, stderr, err := run(t, "returns", "TELEINSTR_REPORT=tree", "TELEINSTR_TELEMETRY="+value); stderr != want || err != nil {
			t.Errorf("%q: %v, got\n%s\nwant\n%s", value, err, stderr, want)
		}
		if _, stderr, err := run(t, "returns", "TELEINSTR_TELEMETRY="+value); stderr != "" || err != nil {
			t.Errorf("%q without a report: %v, got\n%s", value, err, stderr)
		}
	}
	if reported, stderr, err := run(t, "returns", "TELEINSTR_REPORT=tree", "TELEINSTR_TELEMETRY=true", "DEBUG=1"); reported != 1 || err != nil {
		t.Errorf("switched on by another variable: %v, got\n%s", err, stderr)
	}
}

// TestJSONL has a program write its events to a file beside its table, and one after the other append to it.
func TestJSONL(t *testing.T) {
	if !tele.Compiled {
		t.Skip("telemetry is compiled out")
	}
	path := filepath.Join(t.TempDir(), "events.jsonl")
	for range 2 {
		if reported, stderr, err := run(t, "returns", "TELEINSTR_REPORT=tree,jsonl:"+path); reported != 1 || err != nil {
			t.Errorf("%v, %d tables:\n%s", err, reported, stderr)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	events := 0
	for e, err := range jsonl.Read(file, nil) {
		if err != nil || e.Scope != "work" {
			t.Errorf("%v: %+v", err, e)
		}
		events++
	}
	if events != 2 {
		t.Errorf("%d events, want 2", events)
	}
	_, stderr, err := run(t, "returns", "TELEINSTR_REPORT=jsonl:"+filepath.Join(path, "below a file"))
	if !strings.HasPrefix(stderr, "teleinstr: TELEINSTR_REPORT: jsonl: open ") || !strings.HasSuffix(stderr, "; telemetry stays off\n") || err != nil {
		t.Errorf("a file that cannot be made: %v\n%s", err, stderr)
	}
}

func TestRegisterTwice(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two reports of one name")
		}
	}()
	autoreport.Register("tree", nil)
}

// TestTests has the tests of a package report once, to the directory if there is one, whatever main functions they
// call.
func TestTests(t *testing.T) {
	if !tele.Compiled {
		t.Skip("telemetry is compiled out")
	}
	_, stderr, err := run(t, "calls main", "TELEINSTR_REPORT=tree")
	if !strings.HasPrefix(stderr, "# example.com/m\nscope ") || !strings.Contains(stderr, "\nwork       2") || err != nil {
		t.Errorf("%v, want one report of two scopes:\n%s", err, stderr)
	}
	dir := t.TempDir()
	if _, stderr, err := run(t, "calls main", "TELEINSTR_REPORT=tree", "TELEINSTR_REPORT_DIR="+dir); stderr != "" || err != nil {
		t.Errorf("%v, want nothing on standard error:\n%s", err, stderr)
	}
	if report, err := os.ReadFile(filepath.Join(dir, "example.com%2Fm")); !strings.Contains(string(report), "\nwork ") {
		t.Errorf("the report in the directory: %v\n%s", err, report)
	}
}
