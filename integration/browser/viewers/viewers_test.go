// Package viewers has the files of teleinstr report opened by the programs that they are for.
package viewers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/teleinstr/teleinstr/integration/browser/chromium"
)

// files writes recorded events for other programs. The recording is of requests side by side with queries inside, one of which fails,
// and of metrics.
func files(t *testing.T) (speedscope, trace, pprof string) {
	t.Helper()
	dir := t.TempDir()
	command := filepath.Join(dir, "teleinstr")
	run(t, exec.Command("go", "build", "-C", "../../..", "-o", command, "./cmd/teleinstr"))
	speedscope, trace, pprof = filepath.Join(dir, "speedscope.json"), filepath.Join(dir, "trace.json"), filepath.Join(dir, "scopes.pb.gz")
	run(t, exec.Command(command, "report", "--speedscope", speedscope, "--trace", trace, "--pprof", pprof, "testdata/events.jsonl"))
	return speedscope, trace, pprof
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// TestTraceViewer opens a trace in the viewer of chrome://tracing, in the form that go tool trace brings along, and looks at what it has
// understood.
func TestTraceViewer(t *testing.T) {
	_, trace, _ := files(t)
	tab := chromium.New(t)
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(string(text))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir(traceViewer(t)))))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<!doctype html><script src="/static/webcomponents.min.js"></script><link rel="import" href="/static/trace_viewer_full.html">`)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	tab.Open(server.URL)
	tab.Wait("window.tr && tr.importer && tr.importer.Import && tr.Model")
	got := chromium.Eval[string](tab, `(() => {
		const model = new tr.Model();
		new tr.importer.Import(model).importTraces([`+string(quoted)+`]);
		const lines = model.importWarnings.map(w => 'warning: ' + w.message);
		for (const process of model.getAllProcesses()) {
			lines.push(process.name);
			for (const counter of Object.values(process.counters)) {
				lines.push('counter ' + counter.name + ' ' + counter.series[0].samples.map(s => s.value).join(' '));
			}
			for (const thread of Object.values(process.threads)) {
				const add = (slice, depth) => {
					lines.push(thread.name + ' ' + '/'.repeat(depth) + slice.title + ' ' + Math.round(slice.duration * 1000) + ' ' + JSON.stringify(slice.args));
					slice.subSlices.forEach(s => add(s, depth + 1));
				};
				thread.sliceGroup.topLevelSlices.forEach(s => add(s, 0));
			}
		}
		return lines.join('\n');
	})()`)
	want := `prog 7
counter request.rows 3 7
lane 1 request 100000 {"route":"/a"}
lane 1 /query 40000 {"table":"<orders>"}
lane 1 request 40000 {"route":"/b"}
lane 1 /load 25000 {"error":"gone"}
lane 1 //query 10000 {}
lane 2 query 40000 {}
lane 2 request 150000 {}`
	if got != want {
		t.Errorf("the trace viewer has understood\n%s\nwant\n%s", got, want)
	}
}

// traceViewer returns the directory with the viewer.
func traceViewer(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "src", "internal", "trace", "traceviewer", "static")
}

// TestSpeedscope opens the file that is for it, a trace and a profile.
func TestSpeedscope(t *testing.T) {
	release := installSpeedscope(t)
	speedscope, trace, pprof := files(t)
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(release)))
	for name, file := range map[string]string{"speedscope.json": speedscope, "trace.json": trace, "scopes.pb.gz": pprof} {
		mux.HandleFunc("/files/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	for name, title := range map[string]string{"speedscope.json": "all scopes, by self time", "trace.json": "prog 7", "scopes.pb.gz": ""} {
		t.Run(name, func(t *testing.T) {
			tab := chromium.New(t)
			tab.Open(server.URL + "/#profileURL=" + server.URL + "/files/" + name)
			tab.Wait("document.body.innerText.includes('Sandwich')")
			if text := chromium.Eval[string](tab, "document.body.innerText"); !strings.Contains(text, title) {
				t.Errorf("no %q in\n%s", title, text)
			}
			chromium.Eval[bool](tab, "[...document.querySelectorAll('div')].filter(d => d.textContent.endsWith('Sandwich') && !d.querySelector('div')).forEach(d => d.click()), true")
			for _, scope := range []string{"request", "query", "load"} {
				tab.Wait("document.body.innerText.includes('" + scope + "')")
			}
			tab.Screenshot(strings.ReplaceAll(name, ".", "_"))
			if c := tab.Complaints(); strings.Contains(c, "exception") || strings.Contains(c, "error") {
				t.Errorf("the console says\n%s", c)
			}
		})
	}
}

const speedscopeVersion = "1.25.0"

// installSpeedscope returns the directory with speedscope's page, into which npm puts it the first time.
func installSpeedscope(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../../build/speedscope-" + speedscopeVersion)
	if err != nil {
		t.Fatal(err)
	}
	release := filepath.Join(dir, "node_modules", "speedscope", "dist", "release")
	if _, err := os.Stat(filepath.Join(release, "index.html")); err == nil {
		return release
	}
	npm, err := exec.LookPath("npm")
	if err == nil {
		cmd := exec.Command(npm, "install", "--prefix", dir, "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts",
			"speedscope@"+speedscopeVersion)
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("npm: %w\n%s", err, out)
		}
	}
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(errors.Join(errors.New("no speedscope"), err))
	}
	return release
}
