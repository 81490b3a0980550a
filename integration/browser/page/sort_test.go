package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/integration/browser/chromium"
)

// columns are the columns of the tree table after the name.
var columns = []string{"calls", "errors", "total", "share", "self", "mean", "p50", "p95", "p99", "max"}

// siblings is a recording of scopes in one, of which each column makes another order.
func siblings(t *testing.T) *recorder {
	r := newRecorder(t, "siblings")
	main := r.in(place{}, "main")
	for k := range 9 {
		calls := 200 + k*53%9
		for call := range calls {
			p := r.in(main, fmt.Sprint("s", k*4%9))
			duration := float64(100+10*(k*4%9)+call%7) * 0.000_01 // where p50 is
			switch {
			case call == calls-1: // max
				duration = float64(200+k*8%9) * 0.001
			case call >= calls-8: // where p99 is
				duration = float64(50+k*2%9) * 0.001
			case call >= calls-20: // where p95 is
				duration = float64(5+k*5%9) * 0.001
			}
			attrs := ""
			if call < k*8%9 {
				attrs = `{"error":"e"}`
			}
			inside := r.in(p, "inside")
			r.timing(inside, p, float64(call), duration*float64(1+k*5%9)/10, "")
			r.timing(p, main, float64(call), duration, attrs)
		}
	}
	r.timing(main, place{}, 0, 300, "")
	return r
}

// TestSort wants each column to sort siblings by what it shows, the largest first, and the other way round when it is asked for again.
func TestSort(t *testing.T) {
	tab := chromium.New(t)
	look(t, tab, siblings(t).page(t), func(t *testing.T, tab *chromium.Tab) {
		tab.Click("#collapse")
		click(tab, rows("scope-rows")+"[0].querySelector('.twisty')")
		orders := map[string]bool{}
		for i, column := range columns {
			heading := "#scope-rows th." + column
			tab.Click(heading + " button")
			equal(t, tab, fmt.Sprintf("document.querySelector(%q).ariaSort", heading), "descending")
			equal(t, tab, "document.querySelectorAll('#scope-rows th[aria-sort]').length", 1)
			values := shownValues(t, tab, i+1)
			if !slices.IsSortedFunc(values, func(a, b float64) int { return int(1e9 * (b - a)) }) {
				t.Errorf("by %s: %v", column, values)
			}
			order := chromium.Eval[string](tab, names("scope-rows"))
			orders[order] = true
			tab.Click(heading + " button")
			equal(t, tab, fmt.Sprintf("document.querySelector(%q).ariaSort", heading), "ascending")
			if values := shownValues(t, tab, i+1); !slices.IsSorted(values) {
				t.Errorf("by %s, ascending: %v", column, values)
			}
		}
		if len(orders) < 7 {
			t.Errorf("%d orders only: %v", len(orders), orders)
		}
		tab.Click("#scope-rows th.name button")
		equal(t, tab, names("scope-rows"), "main s0 s1 s2 s3 s4 s5 s6 s7 s8")
		tab.Click("#scope-rows th.name button")
		equal(t, tab, names("scope-rows"), "main s8 s7 s6 s5 s4 s3 s2 s1 s0")
	})
}

// shownValues returns a column of the scopes in the first one, as numbers.
func shownValues(t *testing.T, tab *chromium.Tab, column int) []float64 {
	t.Helper()
	texts := chromium.Eval[[]string](tab, fmt.Sprintf("%s.slice(1).map(r => r.cells[%d].innerText.trim())", rows("scope-rows"), column))
	if len(texts) != 9 {
		t.Fatalf("%d scopes", len(texts))
	}
	var values []float64
	for _, text := range texts {
		if d, err := time.ParseDuration(text); err == nil {
			values = append(values, d.Seconds())
			continue
		}
		v, err := strconv.ParseFloat(strings.NewReplacer(",", "", "%", "").Replace(text), 64)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	return values
}
