package table

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/fatih/color"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/comparison"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// WriteChanges writes what has changed, and returns the titles of columns for which there is no room.
func (s Style) WriteChanges(w io.Writer, changes []*comparison.Change) (leftOut []string, err error) {
	columns := []*column{
		{title: "scope"},
		{title: "calls", expendable: 4},
		{title: "errors", expendable: 2},
		{title: "old median", expendable: 5},
		{title: "new median", expendable: 6},
		{title: "delta"},
		{title: "p", expendable: 3},
		{title: "of", expendable: 1},
		{title: "verdict"},
	}
	for _, c := range changes {
		for i, cell := range changeCells(c) {
			columns[i].cells = append(columns[i].cells, cell)
		}
	}
	return s.write(w, columns)
}

func changeCells(c *comparison.Change) []cell {
	cells := []cell{
		plain(Printable(c.Scope)),
		plain(both(c, func(s *comparison.Side) string { return strconv.FormatInt(s.Calls, 10) })),
		plain(both(c, func(s *comparison.Side) string { return strconv.FormatInt(s.Errors, 10) })),
		{},
		{},
		{},
		{},
		{},
		{text: string(c.Verdict), paint: verdictPaint[c.Verdict]},
	}
	if c.Unit != "" {
		cells[3], cells[4] = plain(median(c.Old)), plain(median(c.New))
		cells[5] = plain(fmt.Sprintf("%+.1f%%", 100*float64(c.Delta)))
		cells[6] = plain(fmt.Sprintf("%.3f", c.P))
		cells[7] = plain(fmt.Sprintf("%d+%d %s", c.Old.Count, c.New.Count, c.Unit))
	}
	return cells
}

var verdictPaint = map[comparison.Verdict][]color.Attribute{
	comparison.Slower: {color.FgRed, color.Bold},
	comparison.Faster: {color.FgGreen},
	comparison.TooFew: {color.Faint},
	comparison.Same:   {color.Faint},
}

// both returns what there is to the old and the new side.
func both(c *comparison.Change, of func(*comparison.Side) string) string {
	texts := [2]string{"-", "-"}
	for i, side := range []*comparison.Side{c.Old, c.New} {
		if side != nil {
			texts[i] = of(side)
		}
	}
	return texts[0] + " → " + texts[1]
}

// median returns the median with the part of it by which it may be off.
func median(s *comparison.Side) string {
	text := summary.Rounded(seconds(s.Median)).String()
	if s.High == s.Low || s.Median <= 0 {
		return text
	}
	off := max(s.High-s.Median, s.Median-s.Low) / s.Median
	return fmt.Sprintf("%s ± %.0f%%", text, 100*off)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
