package simple

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

// WriteReport writes the scopes as an indented tree with their times, then the metrics. Names that hold
// anything but printable characters are quoted.
func (r *Reporter) WriteReport(w io.Writer) error {
	s := r.Snapshot()
	var out bytes.Buffer
	if len(s.Timings) == 0 && len(s.Metrics) == 0 {
		out.WriteString("no events\n")
	}
	if len(s.Timings) > 0 {
		writeTable(&out, timingRows(s.Timings))
	}
	if len(s.Metrics) > 0 {
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		writeTable(&out, metricRows(s.Metrics))
	}
	if s.Dropped > 0 {
		fmt.Fprintf(&out, "\n%d events dropped: there are more than %d names\n", s.Dropped, r.maxNames)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func timingRows(timings []Timing) [][]string {
	rows := [][]string{{"scope", "calls", "errors", "total", "mean", "self", "min", "max"}}
	indent := map[string]int{"": -1}
	for _, t := range timings {
		indent[t.Scope] = indent[t.ParentScope] + 1
		name := strings.TrimPrefix(t.Scope, t.ParentScope+".")
		row := []string{strings.Repeat("  ", indent[t.Scope]) + printable(name)}
		if t.Calls == 0 {
			row = append(row, "not ended")
		} else {
			row = append(row, strconv.FormatInt(t.Calls, 10), strconv.FormatInt(t.Errors, 10))
			for _, seconds := range []float64{t.Total, t.Mean, t.Self, t.Min, t.Max} {
				row = append(row, readable(seconds))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func metricRows(metrics []Metric) [][]string {
	rows := [][]string{{"metric", "type", "count", "last", "sum"}}
	for _, m := range metrics {
		kind, sum := m.Type, "-"
		if kind == "" {
			kind = "-"
		}
		if m.Sum != nil {
			sum = m.Sum.String()
		}
		rows = append(rows, []string{
			printable(m.Scope), kind, strconv.FormatInt(m.Count, 10), printable(fmt.Sprint(m.Last)), sum,
		})
	}
	return rows
}

// writeTable writes the first column flush left, the others flush right.
func writeTable(out *bytes.Buffer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch {
			case i > 0:
				out.WriteString("  " + padding + cell)
			case len(row) > 1:
				out.WriteString(cell + padding)
			default:
				out.WriteString(cell)
			}
		}
		out.WriteByte('\n')
	}
}

// readable formats seconds with three or four significant digits, so that a column can be compared.
func readable(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			return d.Round(unit / 100).String()
		}
	}
	return d.String()
}

// printable returns text as it is if a terminal shows it as such, and else quoted.
func printable(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(text) {
		return strconv.Quote(kept.Text(text, maxText))
	}
	return kept.Text(text, maxText)
}
