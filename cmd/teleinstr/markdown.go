package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/teleinstr/teleinstr/scopes"
)

// writeMarkdown writes a catalogue by name. Nothing in it changes when code moves within a file.
func writeMarkdown(w io.Writer, rows []row) error {
	catalogue := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.Kind == string(scopes.Ignore) })
	slices.SortStableFunc(catalogue, func(a, b row) int {
		return cmp.Or(
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Function, b.Function),
		)
	})
	if len(catalogue) == 0 {
		_, err := fmt.Fprintln(w, "No scopes or metrics.")
		return err
	}
	table := markdownTable{{"Name", "Kind", "Keys", "Function", "File", "Context", "Description"}}
	for _, r := range catalogue {
		table = append(table, []string{
			markdownCode(r.Name), r.Kind, markdownCodes(r.Keys), markdownCode(r.Function), markdownCode(r.File),
			markdownText(r.context()), markdownText(r.Doc),
		})
	}
	return table.write(w)
}

func writeDifferenceMarkdown(w io.Writer, differences []difference) error {
	if len(differences) == 0 {
		_, err := fmt.Fprintln(w, "No scope or metric differs.")
		return err
	}
	table := markdownTable{{"Change", "Kind", "Name", "Function", "File", "Details"}}
	for _, d := range differences {
		r := d.row()
		table = append(table, []string{
			string(d.Change), markdownText(r.Kind), markdownCode(r.Name), markdownCode(r.Function), markdownCode(r.File),
			markdownText(d.details()),
		})
	}
	return table.write(w)
}

// A markdownTable is a table as GitHub has them: a row of titles, and rows of cells that are escaped already. Columns
// are not aligned, or one long name would change all rows.
type markdownTable [][]string

func (t markdownTable) write(w io.Writer) error {
	for i, cells := range t {
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")); err != nil {
			return err
		}
		if i == 0 {
			fmt.Fprintf(w, "|%s\n", strings.Repeat(" --- |", len(cells)))
		}
	}
	return nil
}

// markdownEscapes keep text from being markup, a cell's end, or on GitHub a formula or a mention of somebody.
var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "~", `\~`, "$", `\$`,
	"&", "&amp;", "@", "@&#8203;",
)

// markdownText returns text that stands in a cell as it is.
func markdownText(text string) string {
	return markdownEscapes.Replace(strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " "))
}

// markdownCode returns a cell of code. What would end the code or the cell is text: not all renderers agree on escapes
// in code.
func markdownCode(code string) string {
	if code == "" || strings.ContainsAny(code, "`|\\") || strings.ContainsFunc(code, unicode.IsControl) {
		return markdownText(code)
	}
	return "`" + code + "`"
}

func markdownCodes(codes []string) string {
	var out []string
	for _, code := range codes {
		out = append(out, markdownCode(code))
	}
	return strings.Join(out, " ")
}
