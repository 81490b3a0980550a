// Package live holds that the pages of runtime/live work in a browser, while the program that they show is under load: that they sort,
// refresh and lead to each other, and ask nobody else for anything.
package live

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/integration/browser/chromium"
)

// startProgram builds and starts the program, and returns the URL of its view, and what ends it.
func startProgram(t *testing.T) (url string, end func()) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-o", binary, "./program").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program := exec.Command(binary)
	program.Env = append(os.Environ(), "TELEINSTR_TELEMETRY=1")
	program.Stderr = os.Stderr
	stdin, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		stdin.Close()
		if err := program.Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	url, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(url), end
}

// cell returns a JavaScript expression for the text in a column of the row of a scope.
func cell(scope string, column int) string {
	return fmt.Sprintf("[...document.querySelectorAll('tbody tr')].find(r => r.cells[0].innerText.trim() === %q)?.cells[%d].innerText", scope, column)
}

// calls returns an expression for the number of calls that the tree has of a scope.
func calls(scope string) string {
	return "Number(" + cell(scope, 1) + ")"
}

// firsts is an expression for the first column of the table.
const firsts = "[...document.querySelectorAll('tbody tr')].map(r => r.cells[0].innerText.trim())"

func TestLive(t *testing.T) {
	tab := chromium.New(t)
	url, end := startProgram(t)
	tab.Resize(1280, 800)

	for _, part := range []struct {
		name string
		test func(*testing.T, *chromium.Tab, string)
	}{
		{"tree", testTree},
		{"in flight", testInFlight},
		{"lists", testLists},
		{"sort", testSort},
		{"refresh", testRefresh},
		{"switch", testSwitch},
		{"keyboard", testKeyboard},
		{"no scripts", testWithoutScripts},
		{"screenshots", takeScreenshots},
	} {
		t.Run(part.name, func(t *testing.T) {
			tab := tab.In(t)
			part.test(t, tab, url)
			if complaints := tab.Complaints(); complaints != "" {
				t.Errorf("the console shows\n%s", complaints)
			}
			if pwned := chromium.Eval[bool](tab, "'pwned' in window"); pwned {
				t.Error("a text of the program was run as a script")
			}
		})
	}

	tab.Open(url)
	tab.Wait("document.getElementById('refreshed')")
	end()
	tab.Wait("document.querySelector('#refreshed.lost')?.innerText.startsWith('no answer')")
}

func testTree(t *testing.T, tab *chromium.Tab, url string) {
	tab.Open(url)
	tab.Wait(calls("serve") + " > 100 && " + calls("db.query") + " > 100")
	tab.Wait("Number(" + cell("serve", 2) + ") > 0") // errors
	if title := chromium.Eval[string](tab, "document.title"); title != "Tree · program · telemetry" {
		t.Errorf("title: %s", title)
	}
	indents := chromium.Eval[[]int](tab, "['serve', 'db.query'].map(n => [...document.querySelectorAll('tbody tr')].find(r => r.cells[0].innerText.trim() === n).cells[0].querySelectorAll('i').length)")
	if fmt.Sprint(indents) != "[0 1]" {
		t.Errorf("indents of serve and db.query: %v", indents)
	}
	tab.Wait(`document.body.innerText.includes("x<script>window.pwned=1</script>")`)
	tab.Wait(`document.body.innerText.includes("\\u202e1=denwp.wodniw\\x00")`)
	if display := chromium.Eval[string](tab, "getComputedStyle(document.querySelector('nav')).display"); display != "flex" {
		t.Errorf("the style was not applied: nav is %s", display)
	}
}

// testInFlight waits for one that is in flight and then no more, without loading the page again.
func testInFlight(t *testing.T, tab *chromium.Tab, url string) {
	tab.Open(url + "in-flight?q=job")
	row := "[...document.querySelectorAll('tbody tr')].find(r => r.cells[1].innerText === 'job')"
	tab.Wait(row)
	text := chromium.Eval[string](tab, row+".innerText")
	found := regexp.MustCompile(`job=(\d+) bucket=backups`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("row: %q", text)
	}
	tab.Wait(fmt.Sprintf("document.querySelector('tbody') && ![...document.querySelectorAll('tbody tr')].some(r => r.innerText.includes('job=%s '))", found[1]))
	if rows := chromium.Eval[int](tab, "document.querySelectorAll('tbody tr').length"); rows > 2 {
		t.Errorf("%d rows of one job", rows)
	}
}

func testLists(t *testing.T, tab *chromium.Tab, url string) {
	tab.Open(url + "slowest?q=job.upload")
	tab.Wait("document.querySelector('tbody')?.innerText.includes('parts=12')")
	tab.Open(url + "errors?q=serve.db.query")
	tab.Wait("document.querySelector('tbody .bad')?.innerText === 'connection reset by peer'")
	tab.Open(url + "errors?q=script")
	tab.Wait("document.querySelector('tbody .bad')?.innerText === '<script>window.pwned=1</script>'")
	tab.Open(url + "metrics?q=serve")
	tab.Wait(cell("serve.queue.depth", 1) + " === 'gauge' && " + cell("serve.requests", 1) + " === 'counter' && Number(" + cell("serve.db.query.rows", 7) + ") === 39")
	chromium.Eval[bool](tab, "fetch('json').then(a => a.json()).then(s => window.snapshot = s) && true")
	tab.Wait("window.snapshot?.timings.length > 3")
}

func testSort(t *testing.T, tab *chromium.Tab, url string) {
	tab.Open(url + "?flat")
	tab.Wait(firsts + ".includes('serve.db.query')")
	tab.Click("#sort-scope")
	tab.Wait("document.querySelector('[aria-sort=ascending]')?.innerText.startsWith('scope')")
	up := chromium.Eval[[]string](tab, firsts)
	tab.Click("#sort-scope")
	tab.Wait("document.querySelector('[aria-sort=descending]')?.innerText.startsWith('scope')")
	down := chromium.Eval[[]string](tab, firsts)
	if up[0] != "job" || down[len(down)-1] != "job" {
		t.Errorf("up: %q, down: %q", up, down)
	}
	tab.Click("#sort-calls")
	tab.Wait("document.querySelector('[aria-sort=descending]')?.innerText.startsWith('calls') && " + firsts + "[0].startsWith('serve')")
	tab.Type("#q", "job\r")
	tab.Wait("location.search.includes('q=job') && location.search.includes('sort=calls') && " + firsts + ".length === 2")
}

// testRefresh wants numbers to go up, not to while refreshing is off, and to again.
func testRefresh(t *testing.T, tab *chromium.Tab, url string) {
	tab.Open(url)
	tab.Wait(calls("serve") + " > 0 && document.getElementById('refreshed')")
	chromium.Eval[bool](tab, "window.notLoadedAgain = true")
	before := chromium.Eval[float64](tab, calls("serve"))
	tab.Wait(fmt.Sprintf("%s > %v", calls("serve"), before))
	tab.Click("#refreshing")
	time.Sleep(500 * time.Millisecond) // for an answer under way
	stopped := chromium.Eval[float64](tab, calls("serve"))
	time.Sleep(3 * time.Second)
	if now := chromium.Eval[float64](tab, calls("serve")); now != stopped {
		t.Errorf("went from %v to %v while refreshing was off", stopped, now)
	}
	tab.Open(url + "?flat") // remembers it
	tab.Wait("document.getElementById('refreshing')?.checked === false")
	tab.Open(url)
	tab.Wait("document.getElementById('refreshing')?.checked === false")
	chromium.Eval[bool](tab, "window.notLoadedAgain = true")
	tab.Click("#refreshing")
	tab.Wait(fmt.Sprintf("%s > %v && window.notLoadedAgain", calls("serve"), stopped))
}

// testSwitch pauses telemetry, after which nothing is counted any more once scopes in flight have ended, and resumes it.
func testSwitch(t *testing.T, tab *chromium.Tab, url string) {
	tab.Open(url)
	tab.Click("#pause")
	tab.Wait("document.querySelector('.state').innerText.includes('paused') && document.getElementById('resume')")
	tab.Wait("![...document.querySelectorAll('nav a b')].length || " + cell("job", 3) + " === '0'")
	tab.Open(url + "in-flight")
	tab.Wait("document.body.innerText.includes('No scope is in flight')")
	tab.Open(url)
	paused := chromium.Eval[float64](tab, calls("serve"))
	time.Sleep(time.Second)
	tab.Open(url)
	if now := chromium.Eval[float64](tab, calls("serve")); now != paused {
		t.Errorf("went from %v to %v while telemetry was paused", paused, now)
	}
	tab.Open(url + "metrics")
	tab.Click("#resume")
	tab.Wait("location.pathname.endsWith('/metrics') && document.getElementById('pause')")
	tab.Open(url)
	tab.Wait(fmt.Sprintf("%s > %v", calls("serve"), paused))
	tab.Click("#reset")
	tab.Wait(fmt.Sprintf("%s < %v", calls("serve"), paused))

	// Nobody else's page has it done. A browser says where a request comes from, as this does.
	request, err := http.NewRequest(http.MethodPost, url+"control", strings.NewReader("action=pause"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %s", answer.Status)
	}
}

// testKeyboard wants the focus to stay on a link while the table is refreshed.
func testKeyboard(t *testing.T, tab *chromium.Tab, url string) {
	tab.Open(url)
	tab.Wait(calls("serve") + " > 0")
	chromium.Eval[bool](tab, "document.getElementById('sort-max').focus() || true")
	before := chromium.Eval[float64](tab, calls("serve"))
	tab.Wait(fmt.Sprintf("%s > %v", calls("serve"), before))
	if focus := chromium.Eval[string](tab, "document.activeElement.id"); focus != "sort-max" {
		t.Errorf("the focus is on %q", focus)
	}
}

// testWithoutScripts wants all to be in the page as it is sent, and buttons to work.
func testWithoutScripts(t *testing.T, tab *chromium.Tab, url string) {
	tab.Scripts(false)
	defer tab.Scripts(true)
	tab.Open(url)
	tab.Wait(calls("serve") + " > 0 && !document.getElementById('refreshed')")
	tab.Click("#sort-max")
	tab.Wait("document.querySelector('[aria-sort=descending]')?.innerText.startsWith('max')")
	tab.Click("#pause")
	tab.Wait("document.getElementById('resume')")
	tab.Click("#resume")
	tab.Wait("document.getElementById('pause')")
}

func takeScreenshots(t *testing.T, tab *chromium.Tab, url string) {
	if os.Getenv("SCREENSHOTS") == "" {
		t.Skip("SCREENSHOTS names no directory")
	}
	for _, look := range []struct {
		name          string
		dark          bool
		width, height int64
	}{{"light", false, 1280, 800}, {"dark", true, 1280, 800}, {"narrow", false, 400, 800}} {
		tab.Resize(look.width, look.height)
		tab.Dark(look.dark)
		for _, page := range []string{"", "in-flight", "slowest", "errors", "metrics"} {
			tab.Open(url + page)
			tab.Wait("document.querySelector('#refreshed').innerText !== ''")
			tab.Screenshot(look.name + "-" + page)
		}
	}
	tab.Resize(1280, 800)
	tab.Dark(false)
}
