package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/scopes"
)

// A difference is one site that differs, as list --diff prints it.
type difference struct {
	Change  rewrite.DifferenceKind `json:"change"`
	Differs []rewrite.Aspect       `json:"differs,omitempty"`
	Old     *row                   `json:"old,omitempty"`
	New     *row                   `json:"new,omitempty"`
}

// listDifferences prints how the list in a file differs from what is there now.
func listDifferences(cmd *cobra.Command, dir, path string, args []string, out listFormat) error {
	old, err := readRows(cmd.InOrStdin(), path)
	if err != nil {
		return err
	}
	listing, err := list(cmd, dir, args)
	if err != nil {
		return err
	}
	differences := []difference{}
	for _, d := range rewrite.CompareSites(newSites(old), newSites(newRows(dir, listing.Sites))) {
		differences = append(differences, difference{d.Kind, d.Aspects, rowOf(d.Old), rowOf(d.New)})
	}
	if err := out.differences(cmd.OutOrStdout(), differences); err != nil {
		return err
	}
	if err := report(cmd.ErrOrStderr(), dir, listing.Unlisted); err != nil || len(differences) == 0 {
		return err
	}
	return errFindings
}

// rowOf returns the row of a site; nil for none.
func rowOf(s *rewrite.SiteInfo) *row {
	if s == nil {
		return nil
	}
	r := newRow(*s)
	return &r
}

// newSites is the inverse of newRow.
func newSites(rows []row) []rewrite.SiteInfo {
	sites := make([]rewrite.SiteInfo, 0, len(rows))
	for _, r := range rows {
		sites = append(sites, rewrite.SiteInfo{
			Position: token.Position{Filename: r.File, Line: r.Line, Column: r.Column},
			Verb:     scopes.Verb(r.Kind),
			Name:     r.Name,
			Function: r.Function,
			Doc:      r.Doc,
			Keys:     r.Keys,
			Context:  r.Context,
			Refused:  r.Refused,
		})
	}
	return sites
}

// readRows reads what list --format json has printed. Fields that this version does not know are passed over.
func readRows(stdin io.Reader, path string) ([]row, error) {
	src, name, err := readListing(stdin, path)
	if err != nil {
		return nil, err
	}
	wrong := func(offset int64, format string, args ...any) error {
		before := src[:offset]
		line, column := bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n')
		return fmt.Errorf("%s:%d:%d: %s; write it with teleinstr list --format json", name, line, column, fmt.Sprintf(format, args...))
	}
	var elements []json.RawMessage
	err = json.Unmarshal(src, &elements)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return nil, wrong(max(syntax.Offset-1, 0), "not JSON: %v", err)
	}
	start := len(src) - len(bytes.TrimLeft(src, " \t\r\n"))
	if err != nil || elements == nil {
		return nil, wrong(int64(start), "not an array of sites")
	}
	var rows []row
	for _, element := range elements {
		start += bytes.Index(src[start:], element)
		var r row
		err := json.Unmarshal(element, &r)
		if mistyped := (*json.UnmarshalTypeError)(nil); errors.As(err, &mistyped) {
			subject := fmt.Sprintf("site %d", len(rows)+1)
			if mistyped.Field != "" {
				subject += ": " + mistyped.Field
			}
			return nil, wrong(int64(start), "%s is a JSON %s", subject, mistyped.Value)
		}
		if r.File == "" || r.Kind == "" {
			return nil, wrong(int64(start), "site %d has no file or no kind", len(rows)+1)
		}
		rows = append(rows, r)
		start += len(element)
	}
	return rows, nil
}

// maxListing is the size in bytes of a list, that of some hundred thousand sites.
const maxListing = 64 << 20

// readListing reads a file, or standard input for "-", and returns the name that users know it by too.
func readListing(stdin io.Reader, path string) (src []byte, name string, err error) {
	in, name := stdin, "standard input"
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, "", unreadable(path, err)
		}
		defer file.Close()
		in, name = file, path
	}
	src, err = io.ReadAll(io.LimitReader(in, maxListing+1))
	switch {
	case err != nil:
		return nil, "", unreadable(path, err)
	case len(src) > maxListing:
		return nil, "", fmt.Errorf("--diff %s: more than %d MiB, which no list of sites is; write it with teleinstr list --format json", path, maxListing>>20)
	}
	return src, name, nil
}

func unreadable(path string, err error) error {
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("--diff %s: %w; write it with teleinstr list --format json", path, err)
}

// row returns the site as it is, or as it was if it is no more.
func (d difference) row() *row { return cmp.Or(d.New, d.Old) }

// details tells what differs, or what there is to know of a site that was added or removed.
func (d difference) details() string {
	now := d.row()
	if d.Old == nil || d.New == nil {
		return "keys " + keyList(now) + "; " + describeContext(now)
	}
	var out []string
	for _, aspect := range d.Differs {
		out = append(out, d.detail(aspect))
	}
	return strings.Join(out, "; ")
}

func (d difference) detail(aspect rewrite.Aspect) string {
	switch aspect {
	case rewrite.AspectName:
		return "name was " + dash(d.Old.Name)
	case rewrite.AspectKind:
		return "kind was " + d.Old.Kind
	case rewrite.AspectFunction:
		return "function was " + dash(d.Old.Function)
	case rewrite.AspectFile:
		return "file was " + d.Old.File
	case rewrite.AspectKeys:
		return "keys " + keyList(d.New) + ", were " + keyList(d.Old)
	case rewrite.AspectContext:
		return describeContext(d.New) + ", was " + d.Old.Context
	case rewrite.AspectRefused:
		if d.New.Refused == "" {
			return "no longer refused"
		}
		return describeContext(d.New)
	default:
		panic(fmt.Sprintf("no words for aspect %q", aspect))
	}
}

func keyList(r *row) string {
	if len(r.Keys) == 0 {
		return "none"
	}
	return strings.Join(r.Keys, " ")
}

func describeContext(r *row) string {
	if r.Refused != "" {
		return "refused: " + r.Refused
	}
	return "context " + dash(r.Context)
}

// writeDifferenceTable prints nothing where nothing differs, as diff does.
func writeDifferenceTable(w io.Writer, differences []difference) error {
	if len(differences) == 0 {
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "CHANGE\tKIND\tNAME\tFUNCTION\tPOSITION\tDETAILS")
	for _, d := range differences {
		r := d.row()
		writeRow(tw, string(d.Change), r.Kind, r.Name, r.Function, r.position(), d.details())
	}
	return tw.Flush()
}
