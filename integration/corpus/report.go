package corpus

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A Report is what Run has found.
type Report struct {
	Module       string
	Files        int            // with sites
	Functions    int            // in these
	Blocks       int            // in these, on lines of their own, if blocks were annotated
	Instrumented int            // sites that code was generated for
	Refused      map[string]int // those that it was not, by reason
	Crowded      []string       // files that gofmt would now change for functions on one line

	Names    int // different scope names
	Recorded int // those of which tests have ended a scope

	Lined int // functions whose lines were compared

	Passed int      // tests and subtests that pass with telemetry off
	Known  []string // tests that fail, but in the original too

	Generate, Vet, Off, On time.Duration // Off and On are the tests, with the time it takes to build them

	// Failures are what is wrong.
	Failures []string
}

func newReport(path string, a *annotation) *Report {
	return &Report{Module: path, Files: len(a.files), Functions: a.functions, Blocks: a.blocks, Refused: maps.Clone(a.skipped)}
}

// fail notes something that is wrong; a long text is cut short.
func (r *Report) fail(format string, args ...any) {
	const limit = 8 << 10
	text := fmt.Sprintf(format, args...)
	if len(text) > limit {
		text = text[:limit] + "\n[cut short]"
	}
	r.Failures = append(r.Failures, text)
}

// WriteTable writes a line for each report, and below it what there is to say of single modules.
func WriteTable(w io.Writer, reports []*Report) error {
	var notes strings.Builder
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "files\tfunctions\tblocks\tinstrumented\trefused\tnames\trecorded\tlined\ttests\tgenerate s\tvet s\toff s\ton s\t  module")
	for _, r := range reports {
		refused := 0
		for _, reason := range slices.Sorted(maps.Keys(r.Refused)) {
			refused += r.Refused[reason]
			fmt.Fprintf(&notes, "%s: refused %d: %s\n", r.Module, r.Refused[reason], reason)
		}
		if len(r.Crowded) > 0 {
			fmt.Fprintf(&notes, "%s: functions on one line are no longer as gofmt has them: %s\n", r.Module, strings.Join(r.Crowded, " "))
		}
		for _, name := range r.Known {
			fmt.Fprintf(&notes, "%s: fails in the original too: %s\n", r.Module, name)
		}
		fmt.Fprintf(tw, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t  %s\n", r.Files, r.Functions, r.Blocks, r.Instrumented, refused, r.Names, r.Recorded, r.Lined, r.Passed,
			r.Generate.Seconds(), r.Vet.Seconds(), r.Off.Seconds(), r.On.Seconds(), r.Module)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, notes.String())
	return err
}
