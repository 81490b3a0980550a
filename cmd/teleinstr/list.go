package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/scopes"
)

func newList() *cobra.Command {
	format := "table"
	cmd := &cobra.Command{
		Use:   "list [packages]",
		Short: "List every site: its scope, function, keys and context, or why it is refused",
		Long: `list prints a row a directive. A package that cannot be type-checked is listed all the same; what is wrong
with it goes to standard error. The exit status is 1 if anything is refused.`,
		Example: `  teleinstr list ./...
  teleinstr list --format json ./... | jq '.[].name'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return fmt.Errorf("--format %s: unknown format; write table or json", format)
			}
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			listing, err := rewrite.List(dir, args)
			if err != nil {
				return relativeError(dir, err)
			}
			if listing.Untyped != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: listed without types: %v\n", relativeError(dir, listing.Untyped))
			}
			rows := newRows(dir, listing.Sites)
			write := writeTable
			if format == "json" {
				write = writeJSON
			}
			if err := write(cmd.OutOrStdout(), rows); err != nil {
				return err
			}
			return reportUnlisted(cmd.ErrOrStderr(), dir, rows, listing.Diagnostics)
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "how to print the list: table or json")
	return cmd
}

// A row is one site as list prints it.
type row struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Function string   `json:"function"`
	Keys     []string `json:"keys"`
	Context  string   `json:"context,omitempty"`
	Refused  string   `json:"refused,omitempty"`
}

func newRows(dir string, sites []rewrite.SiteInfo) []row {
	rows := make([]row, 0, len(sites))
	for _, s := range sites {
		rows = append(rows, row{
			File:     relative(dir, s.Position.Filename),
			Line:     s.Position.Line,
			Column:   s.Position.Column,
			Kind:     string(s.Verb),
			Name:     s.Name,
			Function: s.Function,
			Keys:     append([]string{}, s.Keys...),
			Context:  s.Context,
			Refused:  s.Refused,
		})
	}
	return rows
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

func writeJSON(w io.Writer, rows []row) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(rows)
}

func writeTable(w io.Writer, rows []row) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "POSITION\tKIND\tNAME\tFUNCTION\tKEYS\tCONTEXT")
	for _, r := range rows {
		last := dash(r.Context)
		if r.Refused != "" {
			last = "refused: " + r.Refused
		}
		fmt.Fprintf(tw, "%s:%d:%d\t%s\t%s\t%s\t%s\t%s\n", r.File, r.Line, r.Column, r.Kind, dash(r.Name), dash(r.Function), dash(strings.Join(r.Keys, " ")), last)
	}
	return tw.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
