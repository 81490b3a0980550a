package live

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func treeTable(s Snapshot, q query) *table {
	t := &table{Columns: []column{
		{Key: "scope", Label: "scope", Text: true, Name: true},
		{Key: "calls", Label: "calls", Title: "scopes that have ended"},
		{Key: "errors", Label: "errors", Title: "of these, with an error"},
		{Key: "in_flight", Label: "in flight", Title: "scopes that have started and not ended"},
		{Key: "rate", Label: "calls/s", Title: "calls in a second, since counting began"},
		{Key: "total", Label: "total", Title: "time in all calls together"},
		{Key: "self", Label: "self", Title: "total less that of the scopes directly inside"},
		{Key: "mean", Label: "mean", Title: "total by calls"},
		{Key: "p50", Label: "p50", Title: "half of the calls are faster"},
		{Key: "p95", Label: "p95", Title: "95% of the calls are faster"},
		{Key: "p99", Label: "p99", Title: "99% of the calls are faster"},
		{Key: "max", Label: "max", Title: "the slowest call"},
	}}
	for _, timing := range s.Timings {
		if q.matches(timing.Scope) {
			t.Rows = append(t.Rows, timing.row(q.Flat))
		}
	}
	t.sort(q, "total")
	if !q.Flat {
		t.nest()
	}
	return t
}

func (t Timing) row(flat bool) *row {
	name := t.Scope
	if !flat {
		name = strings.TrimPrefix(name, t.ParentScope+".")
	}
	r := &row{path: t.Scope, parent: t.ParentScope, Cells: []cell{
		{Text: name, Title: t.Scope, URL: "./slowest" + query{Contains: t.Scope}.URL()},
		{Text: strconv.FormatInt(t.Calls, 10), number: float64(t.Calls)},
		{Text: strconv.FormatInt(t.Errors, 10), number: float64(t.Errors), Bad: t.Errors > 0},
		{Text: strconv.FormatInt(t.InFlight, 10), number: float64(t.InFlight)},
		{Text: rounded(t.Rate), number: t.Rate},
	}}
	for _, seconds := range []float64{t.Total, t.Self, t.Mean, t.P50, t.P95, t.P99, t.Max} {
		c := cell{number: seconds, Text: "–"}
		if t.Calls > 0 {
			c.Text = readable(seconds)
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

func inFlightTable(s Snapshot, q query) *table {
	t := &table{Columns: []column{
		{Key: "age", Label: "for", Title: "how long it has been in flight"},
		{Key: "scope", Label: "scope", Text: true, Name: true},
		{Label: "attributes", Text: true, Wrap: true},
		{Label: "since", Text: true},
	}}
	return t.scopes(s.InFlight, q, "age", func(s Scope) []cell {
		return []cell{s.age(), s.name(), s.attrs(), s.started()}
	})
}

func slowestTable(s Snapshot, q query) *table {
	t := &table{Columns: []column{
		{Key: "duration", Label: "took"},
		{Key: "scope", Label: "scope", Text: true, Name: true},
		{Label: "error and attributes", Text: true, Wrap: true},
		{Key: "age", Label: "ended", Title: "how long ago it ended"},
		{Label: "started", Text: true},
	}}
	return t.scopes(s.Slowest, q, "duration", func(s Scope) []cell {
		return []cell{s.duration(), s.name(), s.attrs(), s.age(), s.started()}
	})
}

func errorTable(s Snapshot, q query) *table {
	t := &table{Columns: []column{
		{Key: "age", Label: "ended", Title: "how long ago it ended"},
		{Key: "scope", Label: "scope", Text: true, Name: true},
		{Label: "error and attributes", Text: true, Wrap: true},
		{Key: "duration", Label: "took"},
		{Label: "started", Text: true},
	}}
	return t.scopes(s.Errors, q, "-age", func(s Scope) []cell {
		return []cell{s.age(), s.name(), s.attrs(), s.duration(), s.started()}
	})
}

func (t *table) scopes(list []Scope, q query, standard string, cells func(Scope) []cell) *table {
	for _, s := range list {
		if q.matches(s.Scope) {
			t.Rows = append(t.Rows, &row{Cells: cells(s)})
		}
	}
	t.sort(q, standard)
	return t
}

func (s Scope) name() cell {
	return cell{Text: s.Scope, URL: "./" + query{Contains: s.Scope}.URL()}
}

func (s Scope) duration() cell {
	return cell{Text: readable(s.Duration), number: s.Duration}
}

// age returns how long ago a scope ended, or started if it is in flight.
func (s Scope) age() cell {
	text := readable(s.Age)
	if s.Duration > 0 {
		text += " ago"
	}
	return cell{Text: text, number: s.Age}
}

func (s Scope) started() cell {
	if s.StartWallTime == 0 {
		return cell{Text: "–"}
	}
	at := time.Unix(0, int64(s.StartWallTime*1e9))
	return cell{Text: at.Format("15:04:05.000"), Title: at.Format(time.RFC3339Nano)}
}

func (s Scope) attrs() cell {
	c := cell{Text: s.Error, Bad: s.Error != "", Omitted: s.AttrsOmitted}
	for _, a := range s.Attrs {
		c.Attrs = append(c.Attrs, pair{a.Key, fmt.Sprint(plain(a.Value))})
	}
	return c
}

func metricTable(s Snapshot, q query) *table {
	t := &table{Columns: []column{
		{Key: "metric", Label: "metric", Text: true, Name: true},
		{Key: "type", Label: "type", Text: true},
		{Key: "count", Label: "events", Title: "how often it was recorded"},
		{Key: "sum", Label: "sum"},
		{Key: "rate", Label: "rate/s", Title: "by how much a counter goes up in a second; else the values in a second"},
		{Label: "last", Text: true, Wrap: true},
		{Key: "min", Label: "min"},
		{Key: "max", Label: "max"},
	}}
	for _, m := range s.Metrics {
		if q.matches(m.Scope) {
			t.Rows = append(t.Rows, &row{Cells: m.cells()})
		}
	}
	t.sort(q, "metric")
	return t
}

func (m Metric) cells() []cell {
	kind := m.Type
	if kind == "" {
		kind = "value"
	}
	last := cell{Text: "–"}
	if m.Last != nil {
		last.Text = fmt.Sprint(m.Last)
		if n, isNumber := m.Last.(Number); isNumber {
			last = n.cell()
		}
	}
	sum := m.Sum.cell()
	if m.Type == gaugeType {
		sum = cell{Text: "–"}
	}
	return []cell{
		{Text: m.Scope},
		{Text: kind},
		{Text: strconv.FormatInt(m.Count, 10), number: float64(m.Count)},
		sum,
		{Text: rounded(float64(m.Rate)), number: float64(m.Rate)},
		last, m.Min.cell(), m.Max.cell(),
	}
}

func (n *Number) cell() cell {
	if n == nil {
		return cell{Text: "–"}
	}
	format := byte('f')
	if math.Abs(float64(*n)) >= 1e15 {
		format = 'g'
	}
	return cell{Text: strconv.FormatFloat(float64(*n), format, -1, 64), number: float64(*n)}
}
