package page

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/teleinstr/teleinstr/integration/browser/chromium"
)

func TestNothing(t *testing.T) {
	look(t, chromium.New(t), newRecorder(t, "idle").page(t), func(t *testing.T, tab *chromium.Tab) {
		equal(t, tab, "document.querySelector('#view-scopes').innerText", "No scopes were recorded.")
		tab.Click("#tab-timeline")
		equal(t, tab, "document.querySelector('#view-timeline').innerText", "No calls were recorded.")
		tab.Click("#tab-metrics")
		equal(t, tab, "document.querySelector('#view-metrics').innerText", "No metrics were recorded.")
		tab.Print()
	})
}

func TestMetricsOnly(t *testing.T) {
	r := newRecorder(t, "counting")
	for i := range 100 {
		r.metric("rows", "counter", place{"load", 0}, float64(i), "1")
	}
	for i := range 60 {
		r.metric(fmt.Sprintf("z%02d", i), "gauge", place{"load", 0}, 1, "1")
	}
	r.metric("mode", "", place{"load", 0}, 100, `"fast"`)
	r.metric("ratio", "", place{"load", 0}, 100, `"NaN"`)
	look(t, chromium.New(t), r.page(t), func(t *testing.T, tab *chromium.Tab) {
		equal(t, tab, "document.querySelector('#tab-metrics').ariaSelected", "true")
		equal(t, tab, names("metric-rows")+".slice(0, 40)", "load.mode load.ratio load.rows load.z00 ")
		tab.Wait("document.querySelectorAll('#chart canvas').length === 2")
		click(tab, rows("metric-rows")+"[0]")
		tab.Wait("document.querySelector('#chart').innerText.includes('no numbers')")
		chromium.Eval[any](tab, "addEventListener('beforeprint', () => window.cut = document.querySelector('#metrics-grid').scrollHeight - document.querySelector('#metrics-grid').clientHeight)")
		tab.Print()
		equal(t, tab, "window.cut", 0)
	})
}

func TestOneScope(t *testing.T) {
	r := newRecorder(t, "one")
	r.timing(r.in(place{}, "main"), place{}, 0, 0, "") // of no duration
	look(t, chromium.New(t), r.page(t), func(t *testing.T, tab *chromium.Tab) {
		equal(t, tab, rows("scope-rows")+"[0].innerText.split(/\\s+/).join(' ')", "main 1 0 0s 0.0% 0s 0s 0s 0s 0s 0s")
		equal(t, tab, "document.querySelector('#flame').checkVisibility()", false)
		tab.Click("#tab-timeline")
		equal(t, tab, names("span-rows"), "main")
	})
}

// TestUnended has scopes in one that has not ended.
func TestUnended(t *testing.T) {
	r := newRecorder(t, "server")
	serve := r.in(place{}, "serve")
	r.timing(r.in(serve, "request"), serve, 1, 2, "")
	look(t, chromium.New(t), r.page(t), func(t *testing.T, tab *chromium.Tab) {
		equal(t, tab, rows("scope-rows")+"[0].cells[1].innerText", "not ended")
		tab.Wait(width("serve") + " > 0.99 && " + width("serve.request") + " > 0.99")
		equal(t, tab, "document.querySelector('#details').innerText.includes('No end of such a scope is recorded')", true)
	})
}

// TestManyPaths wants a table of thousands of paths, and one of deep ones, to hold no more rows than are in sight.
func TestManyPaths(t *testing.T) {
	r := newRecorder(t, "wide")
	main := r.in(place{}, "main")
	for i := range 5000 {
		r.timing(r.in(main, fmt.Sprintf("handler%04d", i)), main, float64(i), 1+float64(i)/10_000, "")
	}
	deep := []place{main}
	for i := range 60 {
		deep = append(deep, r.in(deep[i], fmt.Sprint("level", i)))
	}
	for i := len(deep) - 1; i > 0; i-- {
		r.timing(deep[i], deep[i-1], 0, 5000+0.01*float64(len(deep)-i), "")
	}
	r.timing(main, place{}, 0, 6000, "")
	look(t, chromium.New(t), r.page(t), func(t *testing.T, tab *chromium.Tab) {
		inSight := rows("scope-rows") + ".length"
		tab.Click("#expand")
		if n := chromium.Eval[int](tab, inSight); n > 100 {
			t.Errorf("%d rows in the document", n)
		}
		equal(t, tab, "document.querySelector('#scope-rows').ariaRowCount", "5062")
		chromium.Eval[any](tab, "document.querySelector('#scope-rows').focus()")
		tab.Press(kb.End)
		tab.Wait("document.querySelector('#details h2').innerText === 'main.handler0000'")
		tab.Wait(selected("scope-rows") + " === 'handler0000'")
		equal(t, tab, "(([r, t]) => r.bottom <= t.bottom + 1 && r.top >= t.top)(["+
			"document.querySelector('#scope-rows tr[aria-selected=true]'), document.querySelector('#scopes-grid')].map(e => e.getBoundingClientRect()))", true)
		tab.Screenshot("page-many")
		tab.Type("#search", "handler4321")
		tab.Wait(names("scope-rows") + " === 'main handler4321'")
		tab.Type("#search", kb.Escape+"level59")
		tab.Wait("document.querySelector('#found').innerText === '1 of 5,061 scopes'")
		equal(t, tab, "document.querySelector('#scope-rows').ariaRowCount", "62")
		tab.Wait(names("scope-rows") + ".endsWith('level59')")
		tab.Press(kb.Enter)
		tab.Wait("document.activeElement.id === 'scope-rows' && document.querySelector('#details h2').innerText.endsWith('.level59')")
		equal(t, tab, "(([l, c]) => l.right <= c.right)(['.label', 'td.name'].map(s => document.querySelector('#scope-rows tr[aria-selected=true] ' + s).getBoundingClientRect()))", true)
		tab.Screenshot("page-deep")
	})
}

// TestRecursion wants scopes that are nested deeper than scripts can call each other to be shown as far as that goes.
func TestRecursion(t *testing.T) {
	const levels = 5000
	r := newRecorder(t, "recursion")
	nested := []place{r.in(place{}, "r")}
	for i := range levels - 1 {
		nested = append(nested, r.in(nested[i], "r"))
	}
	for i := levels - 1; i > 0; i-- {
		r.timing(nested[i], nested[i-1], 0, 1+0.001*float64(levels-i), "")
	}
	r.timing(nested[0], place{}, 0, 10, "")
	look(t, chromium.New(t), r.page(t), func(t *testing.T, tab *chromium.Tab) {
		tab.Wait("document.querySelectorAll('#flame-graph g.frame').length === 200")
		equal(t, tab, "document.querySelector('#flame-note').innerText.includes('4,800 scopes are deeper than 200 levels')", true)
		equal(t, tab, "document.querySelector('#details h2').innerText", "r")
		tab.Click("#expand")
		chromium.Eval[any](tab, "document.querySelector('#scope-rows').focus()")
		tab.Press(kb.End)
		tab.Wait("document.querySelector('#details h2').textContent.length > 8000")
		chromium.Eval[any](tab, "document.querySelector('#details .actions button').click()") // to the flame graph
		tab.Wait("!document.querySelector('#reset-zoom').hidden")
	})
}

// TestMillion has a recording of a million events. With -short it is of fewer.
func TestMillion(t *testing.T) {
	requests := 250_000
	if testing.Short() {
		requests = 10_000
	}
	r := newRecorder(t, "load")
	main := r.in(place{}, "main")
	for i := range requests {
		at := float64(i) * 0.001
		request := r.in(main, "request")
		query := r.in(request, "query")
		r.metric("rows", "counter", query, at, "3")
		r.timing(query, request, at, 0.0001+float64(i*7919%1000)*1e-7, fmt.Sprintf(`{"table":"orders","rows":%d}`, i%977))
		r.timing(request, main, at, 0.0003+float64(i*7907%1000)*1e-6, fmt.Sprintf(`{"user":"u%d"}`, i%5000))
		r.metric("depth", "gauge", main, at, fmt.Sprint(i%17))
	}
	r.timing(main, place{}, 0, float64(requests)*0.001, "")
	url := r.page(t)
	info, err := os.Stat(strings.TrimPrefix(url, "file://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events, a page of %d kB", r.seq, info.Size()>>10)
	if info.Size() > 2<<20 {
		t.Errorf("%d bytes", info.Size())
	}
	look(t, chromium.New(t), url, func(t *testing.T, tab *chromium.Tab) {
		equal(t, tab, "document.querySelectorAll('#flame-graph g.frame').length", 3)
		equal(t, tab, names("scope-rows"), "main request query")
		tab.Click("#tab-timeline")
		tab.Wait(rows("span-rows") + ".length > 10")
		tab.Click("#tab-metrics")
		tab.Wait("document.querySelectorAll('#chart canvas').length > 0")
		tab.Screenshot("page-million")
	})
}
