package live

import (
	"cmp"
	"slices"
	"strings"
)

// A table is shown on a page, sorted.
type table struct {
	Columns []column
	Rows    []*row
}

// A column has the key that it is sorted by, none if it is not.
type column struct {
	Key, Label, Title string
	Text              bool   // is flush left, and sorted from a on; numbers are from the greatest on
	Name              bool   // is of names in a tree
	Wrap              bool   // may need several lines
	Sorted            string // ascending or descending, as in HTML, if the table is sorted by it
	URL               string // what sorts by it, or the other way round
}

// A row has a cell for each column. In a tree, it knows the row that it is below.
type row struct {
	Cells []cell
	// Indent has an element for each row above it in the tree.
	Indent []struct{}

	path, parent string
}

// A cell is shown by its text, with where it leads to, and with attributes if it has any.
type cell struct {
	Text, URL, Title string
	Attrs            []pair
	Omitted          int
	Bad              bool // is to be noticed
	Class            string

	number float64 // what it is sorted by, in a column that is not of text
}

// A pair is an attribute.
type pair struct{ Key, Value string }

// sort sorts the rows by the column that the query asks for, or else by the standard one. In a tree, that is those below the same row.
func (t *table) sort(q query, standard string) {
	at, reversed := t.columnAt(q.Sort)
	if at < 0 {
		at, reversed = t.columnAt(standard)
	}
	sorted := &t.Columns[at]
	sorted.Sorted = "descending"
	if sorted.Text != reversed {
		sorted.Sorted = "ascending"
	}
	for i := range t.Columns {
		next := q
		next.Sort = t.Columns[i].Key
		if i == at && !reversed {
			next.Sort = "-" + next.Sort
		}
		t.Columns[i].URL = next.URL()
	}
	slices.SortStableFunc(t.Rows, func(a, b *row) int {
		order := compareCells(a.Cells[at], b.Cells[at], sorted.Text)
		if reversed {
			return -order
		}
		return order
	})
}

// columnAt returns the index of the column to sort by, and whether the other way round; -1 if there is none.
func (t *table) columnAt(sort string) (at int, reversed bool) {
	key, reversed := strings.CutPrefix(sort, "-")
	return slices.IndexFunc(t.Columns, func(c column) bool { return c.Key == key && key != "" }), reversed
}

func compareCells(a, b cell, text bool) int {
	if text {
		return strings.Compare(a.Text, b.Text)
	}
	return cmp.Compare(b.number, a.number)
}

// finish makes cells ready to be shown. Templates could, but take several times as long.
func (t *table) finish() {
	for _, r := range t.Rows {
		for i := range r.Cells {
			c := &r.Cells[i]
			c.Text, c.Title = visible(c.Text), visible(c.Title)
			for j, a := range c.Attrs {
				c.Attrs[j] = pair{visible(a.Key), visible(a.Value)}
			}
			switch column := t.Columns[i]; {
			case column.Name:
				c.Class = "text name"
			case column.Wrap:
				c.Class = "text wrap"
			case column.Text:
				c.Class = "text"
			case c.Bad:
				c.Class = "bad"
			}
		}
	}
}

// nest puts sorted rows below their parents, and indents them. All that have a parent in the table are below it.
func (t *table) nest() {
	known := map[string]bool{}
	for _, r := range t.Rows {
		known[r.path] = true
	}
	below := map[string][]*row{}
	for _, r := range t.Rows {
		if !known[r.parent] {
			r.parent = ""
		}
		below[r.parent] = append(below[r.parent], r)
	}
	nested := make([]*row, 0, len(t.Rows))
	var add func(parent string, depth int)
	add = func(parent string, depth int) {
		for _, r := range below[parent] {
			r.Indent = make([]struct{}, depth)
			nested = append(nested, r)
			if r.path != "" {
				add(r.path, depth+1)
			}
		}
	}
	add("", 0)
	t.Rows = nested
}
