package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/scopes"
)

// A listFormat is a way to print a list, and how two lists differ.
type listFormat struct {
	rows        func(io.Writer, []row) error
	differences func(io.Writer, []difference) error
}

var listFormats = map[string]listFormat{
	"table":    {writeTable, writeDifferenceTable},
	"json":     {writeJSON[[]row], writeJSON[[]difference]},
	"markdown": {writeMarkdown, writeDifferenceMarkdown},
}

const listFormatNames = "table, json or markdown"

func newList() *cobra.Command {
	format, earlier := "table", ""
	cmd := &cobra.Command{
		Use:   "list [packages]",
		Short: "List every site: its scope, function, keys and context, or why it is refused",
		Long: `list prints a row a directive. A package that cannot be type-checked is listed all the same; what is wrong
with it goes to standard error. The exit status is 1 if anything is refused.

As markdown it is a catalogue of scopes and metrics by name, with what the functions' doc comments say and without line
numbers, to be committed or pasted.

With --diff it reads what list --format json has printed before, of the same packages in the same directory, and prints what
was added, removed, renamed, moved to another function or file, or changed; moves from line to line are no difference.
The exit status is then 1 if there is any difference, or a file whose sites cannot be told.`,
		Example: `  teleinstr list ./...
  teleinstr list --format json ./... | jq '.[].name'
  teleinstr list --format markdown ./... > docs/telemetry.md
  teleinstr list --diff before.json ./...
  git show main:telemetry.json | teleinstr list --diff - --format markdown ./...`,
		RunE: func(cmd *cobra.Command, args []string) error {
			out, known := listFormats[format]
			if !known {
				return fmt.Errorf("--format %s: unknown format; write %s", format, listFormatNames)
			}
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("diff") {
				return listDifferences(cmd, dir, earlier, args, out)
			}
			listing, err := list(cmd, dir, args)
			if err != nil {
				return err
			}
			rows := newRows(dir, listing.Sites)
			if err := out.rows(cmd.OutOrStdout(), rows); err != nil {
				return err
			}
			return reportUnlisted(cmd.ErrOrStderr(), dir, rows, listing.Diagnostics)
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "how to print the list: "+listFormatNames)
	cmd.Flags().StringVar(&earlier, "diff", "", "print how an earlier list, a `file` from --format json or - for standard input, differs")
	return cmd
}

// list lists the packages, and says so if that goes without types.
func list(cmd *cobra.Command, dir string, args []string) (*rewrite.Listing, error) {
	listing, err := rewrite.List(dir, args)
	if err != nil {
		return nil, relativeError(dir, err)
	}
	if listing.Untyped != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: listed without types: %v\n", relativeError(dir, listing.Untyped))
	}
	return listing, nil
}

// A row is one site as list prints it.
type row struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Function string   `json:"function"`
	Doc      string   `json:"doc,omitempty"`
	Keys     []string `json:"keys"`
	Context  string   `json:"context,omitempty"`
	Refused  string   `json:"refused,omitempty"`
}

// newRows returns a row for each site, with paths relative to a directory, and with forward slashes, so that a list is the same on all
// systems.
func newRows(dir string, sites []rewrite.SiteInfo) []row {
	rows := make([]row, 0, len(sites))
	for _, s := range sites {
		s.Position.Filename = filepath.ToSlash(relative(dir, s.Position.Filename))
		rows = append(rows, newRow(s))
	}
	return rows
}

func newRow(s rewrite.SiteInfo) row {
	return row{
		File:     s.Position.Filename,
		Line:     s.Position.Line,
		Column:   s.Position.Column,
		Kind:     string(s.Verb),
		Name:     s.Name,
		Function: s.Function,
		Doc:      s.Doc,
		Keys:     append([]string{}, s.Keys...),
		Context:  s.Context,
		Refused:  s.Refused,
	}
}

func (r row) position() string { return fmt.Sprintf("%s:%d:%d", r.File, r.Line, r.Column) }

// context tells where the context comes from, or why there is none.
func (r row) context() string {
	if r.Refused != "" {
		return "refused: " + r.Refused
	}
	return r.Context
}

// reportUnlisted prints the diagnostics that no row tells, such as of files that do not parse, and returns
// errFindings if there are any diagnostics at all.
func reportUnlisted(w io.Writer, dir string, rows []row, diagnostics []scopes.Diagnostic) error {
	told := map[string]bool{}
	for _, r := range rows {
		told[r.Refused] = true
	}
	for _, d := range diagnostics {
		if told[d.Message] {
			continue
		}
		d.Position.Filename = relative(dir, d.Position.Filename)
		fmt.Fprintln(w, d)
	}
	if len(diagnostics) > 0 {
		return errFindings
	}
	return nil
}

func writeTable(w io.Writer, rows []row) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "POSITION\tKIND\tNAME\tFUNCTION\tKEYS\tCONTEXT")
	for _, r := range rows {
		writeRow(tw, r.position(), r.Kind, r.Name, r.Function, strings.Join(r.Keys, " "), r.context())
	}
	return tw.Flush()
}

// writeRow writes cells, and dashes for those that are empty.
func writeRow(w io.Writer, cells ...string) {
	for i, cell := range cells {
		cells[i] = dash(scopes.Printable(cell))
	}
	fmt.Fprintln(w, strings.Join(cells, "\t"))
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
