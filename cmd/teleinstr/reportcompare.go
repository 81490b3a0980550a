package main

import (
	"bufio"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/comparison"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

func (f *reportFlags) compareRecordings(cmd *cobra.Command, before, after string) error {
	var sides [2]*summary.Summary
	var unread [2]error
	for i, name := range []string{before, after} {
		var err error
		sides[i], unread[i], err = collect(cmd, []string{name}, summary.Options{Samples: comparison.Samples}, nil)
		if err != nil {
			return err
		}
		if len(sides[i].Timings) == 0 {
			return fmt.Errorf("--compare: no timings in %s; record the program with telemetry on", name)
		}
	}
	c := comparison.Compare(sides[0], sides[1], f.threshold/100)
	if f.view.Match != nil {
		c.Changes = slices.DeleteFunc(c.Changes, func(c *comparison.Change) bool { return !f.view.Match.MatchString(c.Scope) })
	}
	if err := f.printComparison(cmd, c); err != nil {
		return err
	}
	if c.Count(comparison.Slower) > 0 {
		return errFindings
	}
	return errors.Join(unread[:]...)
}

func (f *reportFlags) printComparison(cmd *cobra.Command, c *comparison.Comparison) error {
	if f.json {
		return writeJSON(cmd.OutOrStdout(), c)
	}
	changes := c.Changes
	if f.view.Limit > 0 {
		changes = changes[:min(f.view.Limit, len(changes))]
	}
	out := bufio.NewWriter(cmd.OutOrStdout())
	leftOut, err := f.style(cmd).WriteChanges(out, changes)
	if err != nil {
		return err
	}
	writeMore(out, len(c.Changes)-len(changes))
	fmt.Fprintf(out, "\n%s\n", c.Statement())
	return errors.Join(out.Flush(), noteLeftOut(cmd, leftOut))
}
