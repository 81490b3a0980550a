// Package pictures takes the pictures of the README: of what report prints on a terminal, and of its page. It holds that both show what the
// example program records; with SCREENSHOTS=DIR it writes them, as make pictures does.
package pictures

import (
	"encoding/base64"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/teleinstr/teleinstr/integration/browser/chromium"
)

// record returns the command, and a recording of the example program.
func record(t *testing.T) (teleinstr, events string) {
	t.Helper()
	dir := t.TempDir()
	teleinstr, events = filepath.Join(dir, "teleinstr"), filepath.Join(dir, "events.jsonl")
	run(t, ".", "go", "build", "-C", "../../..", "-o", teleinstr, "./cmd/teleinstr")
	run(t, ".", "cp", "-R", "../../example/ingest", dir)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/demo\n\ngo 1.26.0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, dir, teleinstr, "go", "build", "-o", "bin/ingest", "./ingest")
	for range 20 {
		cmd := exec.Command(filepath.Join(dir, "bin", "ingest"), "ingest/data")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "TELEINSTR_TELEMETRY=1", "TELEINSTR_REPORT=jsonl:"+events)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return teleinstr, events
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return string(out)
}

var (
	escapes = regexp.MustCompile("\x1b\\[([0-9;]*)m")
	styles  = map[string]string{"1": "font-weight: bold", "2": "opacity: .6", "31": "color: #ff8272"}
)

// paint makes HTML of what a terminal is sent.
func paint(text string) string {
	var b strings.Builder
	open := 0
	at := 0
	for _, m := range escapes.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(html.EscapeString(text[at:m[0]]))
		at = m[1]
		style, known := styles[text[m[2]:m[3]]]
		if known {
			b.WriteString(`<span style="` + style + `">`)
			open++
			continue
		}
		b.WriteString(strings.Repeat("</span>", open))
		open = 0
	}
	b.WriteString(html.EscapeString(text[at:]))
	return b.String()
}

func TestPictures(t *testing.T) {
	tab := chromium.New(t)
	if _, err := exec.LookPath("script"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no terminal: install script, of util-linux")
	}
	teleinstr, events := record(t)
	dir := filepath.Dir(events)

	printed := run(t, dir, "script", "-qec", "stty cols 110 rows 40; "+teleinstr+" report "+events, "/dev/null")
	if !strings.Contains(printed, "\x1b[1mscope") || !strings.Contains(printed, "\x1b[31m") {
		t.Errorf("no title, or no errors, in colour:\n%q", printed)
	}
	tab.Resize(960, 376)
	tab.Open("data:text/html;base64," + base64.StdEncoding.EncodeToString([]byte(`<!doctype html><meta charset="utf-8">
<body style="margin: 0; padding: 16px 20px; background: #1d2127; color: #d8dee6"><pre style="margin: 0; font: 13.5px/1.45 'DejaVu Sans Mono', monospace">`+
		`<span style="color: #8fb8ff">$</span> teleinstr report events.jsonl`+"\n"+paint(strings.ReplaceAll(printed, "\r", ""))+`</pre>`)))
	tab.Wait("document.querySelector('pre').innerText.includes('decode')")
	tab.Screenshot("terminal")

	page := filepath.Join(dir, "page.html")
	run(t, dir, teleinstr, "report", "--html", page, events)
	tab.Resize(1280, 640)
	tab.Open("file://" + page)
	tab.Wait("document.body.innerText.includes('validate')")
	chromium.Eval[bool](tab, `[...document.querySelectorAll('#scope-rows tbody tr[data-row]')].find(r => r.innerText.includes('decode'))
		.dispatchEvent(new MouseEvent('click', {bubbles: true}))`)
	tab.Wait("document.body.innerText.includes('unknown format')")
	tab.Wait(`(rects => rects.length > 0 && Math.max(...rects.map(r => r.getBoundingClientRect().width)) >=
		document.querySelector('#flame-graph svg').getBoundingClientRect().width - 1)([...document.querySelectorAll('#flame-graph rect')])`)
	tab.Screenshot("page")
	if c := tab.Complaints(); c != "" {
		t.Errorf("the console says\n%s", c)
	}
}
