package corpus

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/integration/corpus/recording"
)

// gofmt returns which annotated files are as gofmt has them.
func (t *trial) gofmt(ctx context.Context) (map[string]bool, error) {
	formatted := map[string]bool{}
	args := []string{"-l"}
	for _, s := range t.a.files {
		formatted[s.path] = true
		args = append(args, s.path)
	}
	e := t.m.run(ctx, "gofmt", args...)
	if err := e.err(); err != nil {
		return nil, err
	}
	for path := range strings.Lines(e.stdout) {
		delete(formatted, strings.TrimSpace(path))
	}
	return formatted, nil
}

// format makes sure that files are as well formatted as they were. What is crowded is no longer as gofmt
// wants it when code goes into it; generate does not touch it all the same.
func (t *trial) format(ctx context.Context) error {
	now, err := t.gofmt(ctx)
	if err != nil {
		return err
	}
	for _, s := range t.a.files {
		switch {
		case !t.formatted[s.path] || now[s.path]:
		case s.crowded:
			t.report.Crowded = append(t.report.Crowded, s.path)
		default:
			t.report.fail("%s: gofmt would change it, and would not have before", s.path)
		}
	}
	return nil
}

// vet collects what go vet finds.
func (t *trial) vet(ctx context.Context) error {
	e := t.m.runGo(ctx, t.goCommand(), append([]string{"vet"}, t.Packages...)...)
	t.report.Vet = e.took
	t.findings = vetFindings(e.stderr)
	if e.status != nil && len(t.findings) == 0 {
		return e.err()
	}
	return nil
}

// test runs the tests with telemetry off and on.
func (t *trial) test(ctx context.Context) (err error) {
	overlay, err := t.recordingOverlay(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(t.m.recording, nil, 0o666); err != nil {
		return err
	}
	if t.off, err = t.runTests(ctx, t.goCommand(), nil, t.tested(), overlay); err != nil {
		return err
	}
	on := []string{"TELEINSTR_TELEMETRY=1", recording.File + "=" + t.m.recording}
	if t.on, err = t.runTests(ctx, t.goCommand(), on, t.tested(), overlay); err != nil {
		return err
	}
	t.report.Passed, t.report.Off, t.report.On = t.off.passed, t.off.took, t.on.took
	if t.off.passed == 0 || t.on.passed == 0 {
		t.report.fail("no test has passed: %d with telemetry off, %d with telemetry on", t.off.passed, t.on.passed)
	}
	return t.countRecorded()
}

// recordingOverlay returns the flag that adds a test file to every package with tests, which imports
// package recording. The file is in an overlay because some tests look at what is in their directory.
func (t *trial) recordingOverlay(ctx context.Context) (flag string, err error) {
	args := append([]string{"list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}\t{{.Name}}{{end}}"}, t.Packages...)
	list := t.m.run(ctx, "go", args...)
	if err := list.err(); err != nil {
		return "", err
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for line := range strings.Lines(list.stdout) {
		dir, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		file := filepath.Join(t.Scratch, "recording_"+name+".go")
		src := fmt.Sprintf("package %s\n\nimport _ %q\n", name, recordingPath)
		if err := os.WriteFile(file, []byte(src), 0o666); err != nil {
			return "", err
		}
		overlay.Replace[filepath.Join(dir, "zz_corpus_recording_test.go")] = file
	}
	contents, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	path := filepath.Join(t.Scratch, "overlay.json")
	return "-overlay=" + path, os.WriteFile(path, contents, 0o666)
}

// tested returns the packages to test.
func (t *trial) tested() []string {
	named := slices.DeleteFunc(slices.Clone(t.TestArgs), isFlag)
	if len(named) > 0 {
		return named
	}
	return t.Packages
}

func isFlag(arg string) bool { return strings.HasPrefix(arg, "-") }

// runTests runs the tests of packages.
func (t *trial) runTests(ctx context.Context, goCommand, env, packages []string, flags ...string) (*suite, error) {
	args := append([]string{"test", "-json", "-vet=off", "-count=1"}, flags...)
	for _, arg := range t.TestArgs {
		if isFlag(arg) {
			args = append(args, arg)
		}
	}
	e := execute(ctx, t.m.dir, env, goCommand[0], slices.Concat(goCommand[1:], args, packages)...)
	s, err := parseSuite(e.stdout)
	if err != nil {
		return nil, err
	}
	s.took = e.took
	if e.status != nil && len(s.failed) == 0 {
		return nil, e.err()
	}
	return s, nil
}

// countRecorded counts the scopes that tests have entered.
func (t *trial) countRecorded() error {
	recorded, err := os.ReadFile(t.m.recording)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, s := range t.a.sites() {
		names[s.name] = true
	}
	t.report.Names = len(names)
	for name := range strings.Lines(string(recorded)) {
		if name = strings.TrimSpace(name); names[name] {
			t.report.Recorded++
			delete(names, name)
		}
	}
	if t.report.Recorded == 0 && len(names) > 0 {
		t.report.fail("telemetry was on, and no scope was recorded")
	}
	return nil
}

// compare goes back to the original where go vet or the tests had something to say, to see what is new.
func (t *trial) compare(ctx context.Context) error {
	failed := map[string]string{}
	maps.Copy(failed, t.off.failed)
	maps.Copy(failed, t.on.failed)
	if len(failed)+len(t.findings) == 0 {
		return nil
	}
	if err := t.m.git(ctx, "checkout", "-q", original, "--", "."); err != nil {
		return err
	}
	if len(t.findings) > 0 {
		e := t.m.run(ctx, "go", append([]string{"vet"}, t.Packages...)...)
		t.compareFindings(vetFindings(e.stderr))
	}
	if len(failed) == 0 {
		return nil
	}
	before, err := t.runTests(ctx, []string{"go"}, nil, (&suite{failed: failed}).packages())
	if err != nil {
		return err
	}
	t.compareTests("off", t.off, before)
	t.compareTests("on", t.on, before)
	return nil
}

func (t *trial) compareFindings(before map[string]int) {
	for _, finding := range slices.Sorted(maps.Keys(t.findings)) {
		if t.findings[finding] > before[finding] {
			t.report.fail("go vet: %s", finding)
		}
	}
}

func (t *trial) compareTests(telemetry string, now, before *suite) {
	for _, name := range slices.Sorted(maps.Keys(now.failed)) {
		if _, known := before.failed[name]; !known {
			t.report.fail("test with telemetry %s: %s\n%s", telemetry, name, now.failed[name])
		} else if !slices.Contains(t.report.Known, name) {
			t.report.Known = append(t.report.Known, name)
		}
	}
}
