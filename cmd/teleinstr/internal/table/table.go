// Package table prints summaries and comparisons for people, in as many columns as there is room for.
package table

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/rivo/uniseg"
)

// A Style says how tables look.
type Style struct {
	Width  int // in columns of the terminal, 0 if there is no limit
	Colour bool
}

// A cell is a text and how it is painted, if it is.
type cell struct {
	text  string
	paint []color.Attribute
}

func plain(text string) cell { return cell{text: text} }

// A column is one below a title. The first one of a table is the names: it is flush left, the others flush right.
type column struct {
	title string
	// expendable is the order in which columns are left out for want of room, from 1 on; those with 0 stay.
	expendable int
	cells      []cell
	width      int // of the title or the widest cell, as measure has found it
}

const (
	gap     = "  "
	minName = 32 // columns that a name keeps before other columns go
)

// write writes columns as far as they fit, and returns the titles of those that did not.
func (s Style) write(w io.Writer, columns []*column) (leftOut []string, err error) {
	for _, c := range columns {
		c.measure()
	}
	for s.Width > 0 {
		if total(columns)-columns[0].width+min(columns[0].width, minName) <= s.Width {
			break
		}
		next := mostExpendable(columns)
		if next < 0 {
			break
		}
		leftOut = append(leftOut, columns[next].title)
		columns = append(columns[:next:next], columns[next+1:]...)
	}
	if over := total(columns) - s.Width; s.Width > 0 && over > 0 {
		columns[0].shorten(max(1, columns[0].width-over))
	}
	_, err = io.WriteString(w, s.layOut(columns))
	return leftOut, err
}

func mostExpendable(columns []*column) int {
	found := -1
	for i, c := range columns {
		if c.expendable > 0 && (found < 0 || c.expendable < columns[found].expendable) {
			found = i
		}
	}
	return found
}

func (s Style) layOut(columns []*column) string {
	var out strings.Builder
	for row := -1; row < len(columns[0].cells); row++ {
		for i, c := range columns {
			text := cell{c.title, []color.Attribute{color.Bold}}
			if row >= 0 {
				text = c.cells[row]
			}
			padding := strings.Repeat(" ", c.width-uniseg.StringWidth(text.text))
			if i == 0 {
				out.WriteString(s.painted(text) + padding)
			} else {
				out.WriteString(gap + padding + s.painted(text))
			}
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func (s Style) painted(c cell) string {
	if !s.Colour || len(c.paint) == 0 {
		return c.text
	}
	paint := color.New(c.paint...)
	paint.EnableColor()
	return paint.Sprint(c.text)
}

func (c *column) measure() {
	c.width = uniseg.StringWidth(c.title)
	for _, cell := range c.cells {
		c.width = max(c.width, uniseg.StringWidth(cell.text))
	}
}

func total(columns []*column) int {
	sum := len(gap) * (len(columns) - 1)
	for _, c := range columns {
		sum += c.width
	}
	return sum
}

// shorten puts an ellipsis in the middle of texts, as both the indentation and the end of a name tell something.
func (c *column) shorten(limit int) {
	for i, cell := range c.cells {
		if uniseg.StringWidth(cell.text) > limit {
			c.cells[i].text = elide(cell.text, limit)
		}
	}
	c.measure()
}

func elide(text string, limit int) string {
	start, end := (limit-1)/2, limit-1-(limit-1)/2
	var front strings.Builder
	rest, state, used := text, -1, 0
	for {
		cluster, after, w, newState := uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > start {
			break
		}
		front.WriteString(cluster)
		rest, state, used = after, newState, used+w
	}
	for left := uniseg.StringWidth(rest); left > end; {
		var w int
		_, rest, w, _ = uniseg.FirstGraphemeClusterInString(rest, -1)
		left -= w
	}
	return front.String() + "…" + rest
}

func percent(share float64) string {
	return strconv.FormatFloat(100*share, 'f', 1, 64) + "%"
}

func number(f float64) string {
	if f == float64(int64(f)) {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', 6, 64)
}

const maxText = 200 // bytes of a value

// Printable returns text of bounded length: as it is if a terminal shows it as such, and else quoted.
func Printable(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(text) {
		return strconv.Quote(text)
	}
	return text
}
