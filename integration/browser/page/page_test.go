// Package page holds that the page of teleinstr report works in a browser, whatever was recorded: that it draws, zooms, searches, sorts and
// prints, by mouse and by keys, runs nothing that stands in names or values, and asks nobody for anything.
package page

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/teleinstr/teleinstr/integration/browser/chromium"
)

func TestPage(t *testing.T) {
	tab := chromium.New(t)
	url := shop(t).page(t)
	for _, part := range []struct {
		name string
		test func(*testing.T, *chromium.Tab)
	}{
		{"renders", testRenders},
		{"zoom", testZoom},
		{"zoom by keys", testZoomByKeys},
		{"search", testSearch},
		{"leave search", testLeaveSearch},
		{"expand", testExpand},
		{"details", testDetails},
		{"keyboard", testKeyboard},
		{"timeline", testTimeline},
		{"metrics", testMetrics},
		{"tabs", testTabs},
		{"colours", testColours},
		{"print", testPrint},
		{"narrow", testNarrow},
		{"hostile", testHostile},
		{"no scripts", testWithoutScripts},
	} {
		t.Run(part.name, func(t *testing.T) { look(t, tab, url, part.test) })
	}
}

// look opens a page for a test, and wants it to be silent, to load nothing, and to run nothing that a recording holds.
func look(t *testing.T, tab *chromium.Tab, url string, test func(*testing.T, *chromium.Tab)) {
	tab = tab.In(t)
	tab.Resize(1280, 720)
	tab.Requests()
	tab.Open(url)
	test(t, tab)
	if complaints := tab.Complaints(); complaints != "" {
		t.Errorf("the console shows\n%s", complaints)
	}
	for asked := range strings.Lines(tab.Requests()) {
		if strings.TrimSpace(asked) != url {
			t.Errorf("the page has asked for %s", asked)
		}
	}
	if chromium.Eval[bool](tab, "'pwned' in window") {
		t.Error("a text of the recording was run as a script")
	}
}

// frame is an expression for the frame of a path in the flame graph.
func frame(path string) string {
	return fmt.Sprintf("[...document.querySelectorAll('#flame-graph g.frame')].find(g => g.getAttribute('aria-label').startsWith(%q))", path+",")
}

// width is an expression for the width of a frame, as a part of that of the graph.
func width(path string) string {
	return frame(path) + "?.querySelector('rect').getBoundingClientRect().width / document.querySelector('#flame-graph svg').getBoundingClientRect().width"
}

// rows is an expression for the rows of a table.
func rows(grid string) string {
	return fmt.Sprintf("[...document.querySelectorAll('#%s tbody tr[data-row]')]", grid)
}

// names is an expression for the names in a table.
func names(grid string) string {
	return rows(grid) + ".map(r => r.cells[0].innerText.trim()).join(' ')"
}

// selected is an expression for the name in the current row of a table.
func selected(grid string) string {
	return fmt.Sprintf("document.querySelector('#%s tr[aria-selected=true]')?.cells[0].innerText.trim()", grid)
}

// click clicks on what an expression finds.
func click(tab *chromium.Tab, expression string) {
	chromium.Eval[bool](tab, "("+expression+").dispatchEvent(new MouseEvent('click', {bubbles: true}))")
}

func equal[T comparable](t *testing.T, tab *chromium.Tab, expression string, want T) {
	t.Helper()
	if got := chromium.Eval[T](tab, expression); got != want {
		t.Errorf("%s is %v, want %v", expression, got, want)
	}
}

const allNames = "main request load query render tick " + hostile

func testRenders(t *testing.T, tab *chromium.Tab) {
	equal(t, tab, "document.querySelectorAll('#flame-graph g.frame').length", 7) // tick is too narrow, and there is one for all
	equal(t, tab, names("scope-rows"), allNames)
	equal(t, tab, rows("scope-rows")+"[1].innerText.split(/\\s+/).join(' ')", "request 12 3 186ms 1.9% 77.4ms 15.5ms 15ms 21ms 21ms 21ms")
	equal(t, tab, "document.querySelector('h1').innerText", "shop")
	tab.Screenshot("page-scopes")
}

func testZoom(t *testing.T, tab *chromium.Tab) {
	tab.Wait(width("main") + " > 0.9 && " + width("main.request") + " < 0.2")
	click(tab, frame("main.request"))
	tab.Wait(width("main.request") + " > 0.99")
	tab.Wait("!" + frame(hostile)) // it stands beside
	equal(t, tab, "document.querySelector('#zoomed').innerText.replace(/\\s+/g, ' ')", "main request")
	equal(t, tab, selected("scope-rows"), "request")
	tab.Screenshot("page-zoomed")
	click(tab, rows("scope-rows")+".at(-1)")
	click(tab, "document.querySelector('#details button')") // to what is out of sight
	tab.Wait(width(hostile) + " > 0.99")
	click(tab, rows("scope-rows")+"[2]")
	click(tab, "document.querySelector('#details button')")
	tab.Wait(width("main.request.load") + " > 0.99")
	click(tab, "document.querySelector('#reset-zoom')")
	tab.Wait(width("main.request") + " < 0.2 && " + frame(hostile))
}

func testZoomByKeys(t *testing.T, tab *chromium.Tab) {
	chromium.Eval[any](tab, "document.querySelector('#flame-graph g[tabindex=\"0\"]').focus()")
	tab.Press(kb.ArrowDown + kb.Enter)
	tab.Wait(width("main.request") + " > 0.99")
	tab.Wait("document.activeElement === " + frame("main.request"))
	tab.Wait("document.querySelector('#tip').innerText.includes('main.request')")
	tab.Press(kb.Escape)
	tab.Wait(width("main.request") + " < 0.2")
}

func testSearch(t *testing.T, tab *chromium.Tab) {
	tab.Press("/")
	equal(t, tab, "document.activeElement.id", "search")
	chromium.Eval[any](tab, "document.activeElement.select()") // the protocol types the key even so
	tab.Press("query")
	tab.Wait("document.querySelector('#found').innerText === '1 of 7 scopes'")
	equal(t, tab, names("scope-rows"), "main request load query")
	equal(t, tab, "document.querySelector('#scope-rows mark').innerText", "query")
	equal(t, tab, "[...document.querySelectorAll('#flame-graph g.match')].map(g => g.getAttribute('aria-label').split(',')[0]).join()", "main.request.load.query")
	equal(t, tab, "document.querySelectorAll('#flame-graph g.dim').length", 6)
	tab.Screenshot("page-search")
	tab.Press(kb.Escape)
	tab.Wait("document.querySelector('#found').innerText === ''")
	equal(t, tab, names("scope-rows"), allNames)
	equal(t, tab, "document.querySelectorAll('#flame-graph g.dim, #flame-graph g.match').length", 0)
}

func testExpand(t *testing.T, tab *chromium.Tab) {
	tab.Click("#collapse")
	equal(t, tab, names("scope-rows"), "main "+hostile)
	chromium.Eval[any](tab, "document.querySelector('#scope-rows').focus()")
	tab.Press(kb.Home + kb.ArrowRight)
	equal(t, tab, names("scope-rows"), "main request "+hostile)
	tab.Press(kb.ArrowRight + kb.Enter)
	equal(t, tab, names("scope-rows"), "main request load render tick "+hostile)
	equal(t, tab, rows("scope-rows")+"[1].getAttribute('aria-expanded')", "true")
	tab.Press(kb.End)
	equal(t, tab, selected("scope-rows"), hostile)
	tab.Press(kb.Home + kb.ArrowLeft)
	equal(t, tab, names("scope-rows"), "main "+hostile)
	tab.Click("#expand")
	equal(t, tab, names("scope-rows"), allNames)
}

func testDetails(t *testing.T, tab *chromium.Tab) {
	click(tab, rows("scope-rows")+"[1]")
	details := chromium.Eval[string](tab, "document.querySelector('#details').innerText.replace(/\\s+/g, ' ')")
	for _, want := range []string{"main.request ", "errors 3 (25.0%)", "no stock 3", "route 12 values /0 4 /1 4 /2 4", "served counter", "waiting gauge", "min 10ms"} {
		if !strings.Contains(details, want) {
			t.Errorf("no %q in %s", want, details)
		}
	}
	click(tab, rows("scope-rows")+"[3]")
	tab.Wait("document.querySelector('#details').innerText.includes('0 to 11, mean 5.5')")
	click(tab, rows("scope-rows")+"[0]")
	tab.Wait("document.querySelector('#details .call').innerText.includes('672 scopes inside')")
}

// testKeyboard goes from the table to a slow call and back without a mouse.
func testKeyboard(t *testing.T, tab *chromium.Tab) {
	chromium.Eval[any](tab, "document.querySelector('#scope-rows').focus()")
	tab.Press(kb.Home + kb.ArrowDown)
	equal(t, tab, "document.querySelector('#details h2').innerText", "main.request")
	tab.Press(" ")
	equal(t, tab, "document.activeElement.className", "call")
	tab.Press(kb.Enter)
	tab.Wait("document.activeElement.id === 'span-rows' && document.querySelector('#tab-timeline').ariaSelected === 'true'")
	tab.Press(kb.ArrowDown + kb.ArrowDown)
	tab.Wait("document.querySelector('#span h2').innerText === 'main.request.load.query'")
	tab.Wait("document.querySelector('#span').innerText.includes('orders')")
}

func testTimeline(t *testing.T, tab *chromium.Tab) {
	click(tab, rows("scope-rows")+"[1]")
	click(tab, "document.querySelectorAll('#details .call')[1]") // the second slowest, with an error of none
	equal(t, tab, names("span-rows"), "main.request load query query query render")
	equal(t, tab, "document.querySelector('#call .when').innerText.slice(0, 4)", "20ms")
	bars := chromium.Eval[string](tab, rows("span-rows")+".map(r => r.querySelector('.span').style.left + ' ' + r.querySelector('.span').style.width).join()")
	if want := "0% 100%,2.5% 40%,5% 25%,10% 25%,15% 25%,42.5% 5%"; bars != want {
		t.Errorf("bars at %s, want %s", bars, want)
	}
	lanes := "new Set([...document.querySelectorAll('#lanes .lane')].map(l => l.getAttribute('y'))).size"
	equal(t, tab, lanes, 5) // the three queries overlap
	click(tab, rows("span-rows")+"[1].querySelector('.twisty')")
	equal(t, tab, names("span-rows"), "main.request load render")
	click(tab, "[...document.querySelectorAll('#span button')].find(b => b.innerText === 'Zoom to it')")
	equal(t, tab, rows("span-rows")+"[1].querySelector('.span').style.width", "100%")
	tab.Screenshot("page-timeline")
	click(tab, "[...document.querySelectorAll('#call .pick button')].find(b => b.innerText === '21ms')")
	tab.Wait("document.querySelector('#span').innerText.includes('no stock')")
	equal(t, tab, rows("span-rows")+".length < 60", true) // of 500
	chromium.Eval[any](tab, "document.querySelector('#span-rows').focus()")
	tab.Press(kb.End)
	tab.Wait(rows("span-rows") + ".at(-1).innerText.includes('106 more not shown')")
}

func testMetrics(t *testing.T, tab *chromium.Tab) {
	tab.Click("#tab-metrics")
	equal(t, tab, rows("metric-rows")+".length", 3)
	for _, m := range []struct {
		name   string
		charts int
	}{{"main.request.served", 2}, {"main.request.waiting", 1}} {
		click(tab, fmt.Sprintf("%s.find(r => r.cells[0].innerText.trim() === %q)", rows("metric-rows"), m.name))
		tab.Wait(fmt.Sprintf("document.querySelectorAll('#chart canvas').length === %d", m.charts))
		tab.Wait("[...document.querySelectorAll('#chart canvas')].every(c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size > 20)")
		tab.Screenshot("page-" + m.name)
	}
	chromium.Eval[any](tab, "document.querySelector('#chart figure').focus()")
	tab.Press(kb.ArrowRight + kb.ArrowRight)
	tab.Wait("/max:?\\s*1/.test(document.querySelector('.u-legend').innerText)")
	click(tab, "document.querySelector('#metric-rows th.sum button')")
	equal(t, tab, names("metric-rows"), "main.request.served main.request.waiting "+hostile+"."+hostile)
}

func testTabs(t *testing.T, tab *chromium.Tab) {
	tab.Click("#tab-scopes")
	for _, name := range []string{"timeline", "metrics", "recording", "scopes"} {
		tab.Press(kb.ArrowRight)
		equal(t, tab, "document.activeElement.id", "tab-"+name)
		equal(t, tab, "[...document.querySelectorAll('.view')].filter(v => v.checkVisibility()).map(v => v.id).join()", "view-"+name)
	}
}

func testColours(t *testing.T, tab *chromium.Tab) {
	paper := "getComputedStyle(document.body).backgroundColor"
	tab.Dark(true)
	equal(t, tab, paper, "rgb(21, 24, 29)")
	tab.Screenshot("page-dark")
	tab.Click("#tab-metrics")
	tab.Wait("document.querySelectorAll('#chart canvas').length > 0")
	tab.Screenshot("page-dark-metrics")
	tab.Click("#theme")
	equal(t, tab, "document.querySelector('#theme').ariaLabel", "Colours: Light")
	equal(t, tab, paper, "rgb(255, 255, 255)")
	tab.Dark(false)
	tab.Click("#theme")
	equal(t, tab, paper, "rgb(21, 24, 29)")
}

func testPrint(t *testing.T, tab *chromium.Tab) {
	tab.Click("#collapse")
	chromium.Eval[any](tab, "addEventListener('beforeprint', () => window.printed = {rows: "+rows("scope-rows")+".length, "+
		"views: [...document.querySelectorAll('.view')].filter(v => v.checkVisibility()).length, width: document.querySelector('#flame-graph svg').clientWidth})")
	pdf := tab.Print()
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 20_000 {
		t.Errorf("%d bytes that begin %.10q", len(pdf), pdf)
	}
	equal(t, tab, "JSON.stringify(window.printed)", `{"rows":7,"views":4,"width":1010}`)
	tab.Wait("!document.documentElement.classList.contains('printing')")
	equal(t, tab, names("scope-rows"), "main "+hostile)
}

func testNarrow(t *testing.T, tab *chromium.Tab) {
	tab.Resize(400, 800)
	for _, name := range []string{"scopes", "timeline", "metrics", "recording"} {
		tab.Click("#tab-" + name)
		equal(t, tab, "document.documentElement.scrollWidth", 400)
		tab.Screenshot("page-narrow-" + name)
	}
}

// testHostile wants the text to be shown as it is, wherever it is shown.
func testHostile(t *testing.T, tab *chromium.Tab) {
	click(tab, rows("scope-rows")+".at(-1)")
	equal(t, tab, "document.querySelector('#details h2').innerText", hostile)
	equal(t, tab, "document.querySelector('#details').innerText.split('pwned=1').length", 7) // path, call, error, key, value, metric
	chromium.Eval[any](tab, "document.querySelector('#flame-graph g[tabindex=\"0\"]').focus()")
	equal(t, tab, "document.querySelector('#tip div').innerText.trim()", hostile)
	click(tab, "document.querySelector('#details .call')")
	equal(t, tab, "document.querySelector('#span').innerText.split('pwned=1').length", 5)
	tab.Click("#tab-metrics")
	click(tab, rows("metric-rows")+".find(r => r.innerText.includes('pwned'))")
	tab.Wait("document.querySelector('#chart h2')")
	equal(t, tab, "document.querySelector('#chart h2').innerText", hostile+"."+hostile)
	equal(t, tab, "document.querySelectorAll('#main img, #main b').length", 0)
}

func testWithoutScripts(t *testing.T, tab *chromium.Tab) {
	tab.Scripts(false)
	defer tab.Scripts(true)
	url := chromium.Eval[string](tab, "location.href")
	tab.Open(url)
	tab.Wait("document.querySelector('noscript table')?.rows.length === 8")
	equal(t, tab, "document.querySelector('#main').checkVisibility()", false)
	tab.Screenshot("page-noscript")
}

// testLeaveSearch wants a scope that the search leaves out to be shown when it is asked for.
func testLeaveSearch(t *testing.T, tab *chromium.Tab) {
	tab.Type("#search", "render")
	tab.Wait(names("scope-rows") + " === 'main request render'")
	tab.Click("#tab-timeline")
	tab.Wait(rows("span-rows") + ".length > 1")
	click(tab, rows("span-rows")+".find(r => r.cells[0].innerText.trim() === 'load')")
	click(tab, "[...document.querySelectorAll('#span button')].find(b => b.innerText === 'To the scope')")
	equal(t, tab, selected("scope-rows"), "load")
	equal(t, tab, "document.querySelector('#search').value", "")
	equal(t, tab, names("scope-rows"), allNames)
}
