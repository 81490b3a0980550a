package page

import (
	"time"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// A fallback is what a browser shows that runs no scripts: the scopes in which the program has spent the most time by itself.
type fallback struct {
	Events   int64
	From, To string
	Rows     []fallbackRow
	More     int
	Metrics  int
}

type fallbackRow struct {
	Scope                       string
	Calls, Errors               int64
	Total, Self, Mean, P99, Max time.Duration
}

const maxFallbackRows = 50

func newFallback(s *summary.Summary) fallback {
	f := fallback{Events: s.Events, Metrics: len(s.Metrics)}
	if s.Events > 0 {
		f.From, f.To = moment(s.Start), moment(s.End)
	}
	rows, more := summary.View{Flat: true, Sort: "self", Limit: maxFallbackRows}.Rows(s)
	f.More = more
	for _, r := range rows {
		f.Rows = append(f.Rows, fallbackRow{
			r.Scope, r.Calls, r.Errors, rounded(r.Total), rounded(r.Self), rounded(r.Mean), rounded(r.P99), rounded(r.Max),
		})
	}
	return f
}

func moment(t summary.WallTime) string { return t.UTC().Format(time.DateTime) + " UTC" }

func rounded(s summary.Seconds) time.Duration { return summary.Rounded(time.Duration(s)) }
