package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/export"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// collect reads recordings. unread is errFindings if there were lines that cannot be read, which it has reported.
func collect(cmd *cobra.Command, names []string, options summary.Options, trace *export.TraceWriter) (s *summary.Summary, unread, err error) {
	r, err := recording.Open(names, cmd.InOrStdin())
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	stopProgress := showProgress(cmd.ErrOrStderr(), r)
	c := summary.New(options)
	var bad badLines
	for e, err := range r.Events() {
		if err != nil {
			bad.add(err)
			continue
		}
		c.Add(&e)
		if trace != nil {
			trace.Add(&e)
		}
	}
	stopProgress()
	s = c.Summary()
	if s.Events == 0 && bad.count > 0 {
		return nil, nil, fmt.Errorf("%w; this is no recording of package jsonl", bad.first[0])
	}
	for _, note := range notes(s) {
		fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: %s\n", note)
	}
	return s, bad.report(cmd.ErrOrStderr()), nil
}

// notes tells what a summary does not hold.
func notes(s *summary.Summary) (notes []string) {
	if s.Missing > 0 {
		notes = append(notes, count(int(s.Missing), "event is", "events are")+" missing: dropped by the program, or in another file")
	}
	if s.Omitted > 0 {
		notes = append(notes, count(int(s.Omitted), "event is", "events are")+" left out: there are too many different paths, or too long ones")
	}
	return notes
}
