package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/rewrite/cache"
	"github.com/teleinstr/teleinstr/scopes"
)

// output says what a command that changes files does with the changes.
type output struct {
	list bool
	diff bool
}

func (o *output) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.list, "list", "l", false, "change nothing; name the files that would change")
	cmd.Flags().BoolVarP(&o.diff, "diff", "d", false, "change nothing; print what would change as a unified diff")
}

// apply lists, prints or writes the changes, and reports what was refused.
func (o *output) apply(cmd *cobra.Command, dir string, r *rewrite.Result) error {
	if err := o.print(cmd.OutOrStdout(), dir, r.Changes); err != nil {
		return err
	}
	if !o.list && !o.diff {
		if err := write(cmd.Context(), r.Changes); err != nil {
			return relativeError(dir, err)
		}
	}
	for _, notice := range r.Notices {
		fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: %s\n", notice)
	}
	return report(cmd.ErrOrStderr(), dir, r.Diagnostics)
}

// write writes the changes. An interrupt, which ends the process at any other time, lets it finish the
// directory that it is at.
func write(ctx context.Context, changes []rewrite.Change) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return rewrite.Write(ctx, changes)
}

// check reports the files that would change as findings. If there were none the last time, and nothing has changed, it knows.
func (o *output) check(cmd *cobra.Command, dir string, args []string, generate func() (*rewrite.Result, error)) error {
	q, err := question(dir, append([]string{"generate"}, args...)...)
	if err != nil {
		return err
	}
	r, err := cache.Remembered(q, generate)
	if err != nil {
		return relativeError(dir, err)
	}
	if !o.diff {
		o.list = true
	}
	if err := o.print(cmd.OutOrStdout(), dir, r.Changes); err != nil {
		return err
	}
	if err := report(cmd.ErrOrStderr(), dir, r.Diagnostics); err != nil {
		return err
	}
	if n := len(r.Changes); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: %s not up to date; run teleinstr generate\n", count(n, "file is", "files are"))
		return errFindings
	}
	return nil
}

func (o *output) print(w io.Writer, dir string, changes []rewrite.Change) error {
	var out bytes.Buffer
	for _, c := range changes {
		path := relative(dir, c.Path)
		if o.list {
			fmt.Fprintln(&out, path)
		}
		if o.diff {
			slash := filepath.ToSlash(path)
			out.Write(diff.Diff("a/"+slash, c.Old, "b/"+slash, c.New))
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// report prints diagnostics and returns errFindings if there are any.
func report(w io.Writer, dir string, diagnostics []scopes.Diagnostic) error {
	for _, d := range diagnostics {
		d.Position.Filename = relative(dir, d.Position.Filename)
		fmt.Fprintln(w, d)
	}
	if len(diagnostics) > 0 {
		return errFindings
	}
	return nil
}

// writeJSON writes a value for scripts and for people.
func writeJSON[T any](w io.Writer, value T) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// workingDirectory returns the working directory by the name the user knows it by.
func workingDirectory() (string, error) { return os.Getwd() }

// relative returns a path as users are shown it: relative where it lies below dir.
func relative(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// relativeError shortens the paths in the message of an error.
func relativeError(dir string, err error) error {
	message := strings.NewReplacer(dir+string(filepath.Separator), "", dir+":", ".:").Replace(err.Error())
	if message == err.Error() {
		return err
	}
	return errors.New(message)
}

func count(n int, singular, plural string) string {
	if n == 1 {
		return "1 " + singular
	}
	return fmt.Sprintf("%d %s", n, plural)
}
