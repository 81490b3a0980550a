package autoreport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// The environment variables that say what to report. DirVariable is for go test under teleinstr, which does
// not show what the tests of a package print if they pass: it names a directory to write the reports of tests to.
const (
	Variable    = "TELEINSTR_REPORT"
	DirVariable = "TELEINSTR_REPORT_DIR"
)

const telemetryVariable = "TELEINSTR_TELEMETRY"

// finish makes the report of the process, if it is to make one and has not yet.
var finish struct {
	sync.Mutex
	report func()
}

// Start makes a reporter the default, as the environment says, and returns the function that writes the
// report. Between the two, another Start does nothing, as when a test calls main.
func Start() (stop func()) {
	return start(os.Stderr, func(report []byte) error {
		_, err := os.Stderr.Write(report)
		return err
	})
}

// StartTests does what Start does, for the tests of the package with the given import path.
func StartTests(path string) (stop func()) {
	return start(os.Stderr, func(report []byte) error {
		dir := os.Getenv(DirVariable)
		if dir == "" {
			_, err := fmt.Fprintf(os.Stderr, "# %s\n%s", path, report)
			return err
		}
		return os.WriteFile(filepath.Join(dir, escape.Replace(path)), report, 0o666)
	})
}

// A Runner runs tests. It is what [testing.M] does, which a TestMain may hand to a function that ends the process
// itself.
type Runner interface{ Run() int }

// Tests returns a Runner that writes the report, if there is one to write, when m has run.
func Tests(m Runner) Runner {
	if !hasReport() {
		return m
	}
	return reportingRunner{m}
}

type reportingRunner struct{ Runner }

func (r reportingRunner) Run() int { return Exit(r.Runner.Run()) }

// escape makes a file name of an import path.
var escape = strings.NewReplacer("%", "%25", "/", "%2F")

// Exit writes the report, if there is one to write, and returns code: os.Exit(autoreport.Exit(code)).
func Exit(code int) int {
	stopNow()
	return code
}

func stopNow() {
	finish.Lock()
	defer finish.Unlock()
	if finish.report != nil {
		finish.report()
		finish.report = nil
	}
}

func hasReport() bool {
	finish.Lock()
	defer finish.Unlock()
	return finish.report != nil
}

func start(stderr io.Writer, write func(report []byte) error) (stop func()) {
	value := os.Getenv(Variable)
	if value == "" || hasReport() {
		return func() {}
	}
	if !tele.Requested() {
		complain(stderr, os.Getenv(telemetryVariable))
		return func() {}
	}
	reports, err := setUp(value)
	if err != nil {
		fmt.Fprintf(stderr, "teleinstr: %s: %v; telemetry stays off\n", Variable, err)
		return func() {}
	}
	tele.SetDefault(tele.New(reportersOf(reports)...))
	finish.Lock()
	defer finish.Unlock()
	finish.report = func() {
		var shown bytes.Buffer
		err := finishAll(reports, &shown)
		if shown.Len() > 0 {
			err = errors.Join(err, write(shown.Bytes()))
		}
		if err != nil {
			fmt.Fprintln(stderr, prefixed("teleinstr: "+Variable, err))
		}
	}
	return stopNow
}

// complain says that a value does not switch telemetry on, if it may be meant to.
func complain(stderr io.Writer, value string) {
	if on, err := strconv.ParseBool(value); tele.Compiled && value != "" && (on || err != nil) {
		fmt.Fprintf(stderr, "teleinstr: %s: %q is not 1; telemetry stays off\n", telemetryVariable, value)
	}
}
