package table

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fatih/color"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// WriteTimings writes rows of timings, and returns the titles of columns for which there is no room.
func (s Style) WriteTimings(w io.Writer, rows []summary.Row) (leftOut []string, err error) {
	names := &column{title: "scope"}
	for _, row := range rows {
		names.cells = append(names.cells, name(row))
	}
	columns := []*column{names}
	for _, c := range timingColumns {
		of := &column{title: c.title, expendable: c.expendable}
		for _, row := range rows {
			of.cells = append(of.cells, c.cell(row.Timing))
		}
		columns = append(columns, of)
	}
	return s.write(w, columns)
}

func name(row summary.Row) cell {
	c := plain(strings.Repeat("  ", row.Indent) + Printable(row.Label))
	if row.Context {
		c.paint = []color.Attribute{color.Faint}
	}
	return c
}

// timingColumns are what there is to a timing beside its name.
var timingColumns = []struct {
	title      string
	expendable int
	cell       func(*summary.Timing) cell
}{
	{"calls", 0, func(t *summary.Timing) cell {
		if t.Calls == 0 {
			return plain("not ended")
		}
		return plain(strconv.FormatInt(t.Calls, 10))
	}},
	{"errors", 7, func(t *summary.Timing) cell {
		c := plain(strconv.FormatInt(t.Errors, 10))
		if t.Errors > 0 {
			c.paint = []color.Attribute{color.FgRed}
		}
		return ended(t, c)
	}},
	{"total", 0, timed(func(t *summary.Timing) summary.Seconds { return t.Total })},
	{"share", 6, func(t *summary.Timing) cell { return ended(t, plain(percent(t.Share))) }},
	{"self", 5, timed(func(t *summary.Timing) summary.Seconds { return t.Self })},
	{"mean", 3, timed(func(t *summary.Timing) summary.Seconds { return t.Mean })},
	{"p50", 2, timed(func(t *summary.Timing) summary.Seconds { return t.P50 })},
	{"p95", 8, timed(func(t *summary.Timing) summary.Seconds { return t.P95 })},
	{"p99", 1, timed(func(t *summary.Timing) summary.Seconds { return t.P99 })},
	{"max", 4, timed(func(t *summary.Timing) summary.Seconds { return t.Max })},
}

func timed(of func(*summary.Timing) summary.Seconds) func(*summary.Timing) cell {
	return func(t *summary.Timing) cell { return ended(t, plain(summary.Rounded(time.Duration(of(t))).String())) }
}

// ended returns a cell, or an empty one if no scope of the path has ended.
func ended(t *summary.Timing, c cell) cell {
	if t.Calls == 0 {
		return cell{}
	}
	return c
}

// WriteMetrics writes metrics, and returns the titles of columns for which there is no room.
func (s Style) WriteMetrics(w io.Writer, metrics []*summary.Metric) (leftOut []string, err error) {
	columns := []*column{
		{title: "metric"},
		{title: "type"},
		{title: "count"},
		{title: "last"},
		{title: "sum", expendable: 4},
		{title: "mean", expendable: 3},
		{title: "min", expendable: 1},
		{title: "max", expendable: 2},
	}
	for _, m := range metrics {
		row := []string{Printable(m.Scope), dash(m.Type), strconv.FormatInt(m.Count, 10), Printable(summary.Text(m.Last)), "-", "-", "-", "-"}
		if n := m.Numbers; n != nil {
			row = append(row[:4], number(float64(n.Sum)), number(float64(n.Mean)), number(float64(n.Min)), number(float64(n.Max)))
		}
		for i, text := range row {
			columns[i].cells = append(columns[i].cells, plain(text))
		}
	}
	return s.write(w, columns)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return Printable(text)
}
