package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/export"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/page"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/table"
)

// reportFlags are the flags of report.
type reportFlags struct {
	view                           summary.View
	match                          string
	width                          int
	json                           bool
	html, pprof, trace, speedscope string
	compare                        bool
	threshold                      float64
}

func newReport() *cobra.Command {
	f := reportFlags{view: summary.View{Sort: "total"}, threshold: 10}
	cmd := &cobra.Command{
		Use:   "report FILE…",
		Short: "Show recorded events: a table, a page, a profile, a trace, or what got slower",
		Long: `report reads the events that the reporter jsonl has recorded, as with TELEINSTR_REPORT=jsonl:FILE, and prints the tree of
scopes and the metrics. It takes several files, such as those of a rotation, in the order in which they were written; files
compressed by gzip; and - for standard input.

share is the part of the total of the scope around; self is the time in which no scope inside was running. Quantiles are
exact for up to 256 calls, and for more to one percent.

With --html, --pprof, --trace or --speedscope it writes files instead of the table, - for standard output.

With --compare it compares the medians of two recordings, of runs if both hold four or more of them, and of calls if
not. The exit status is 1 if a scope is slower by more than the threshold, and the Mann-Whitney U test finds chance
to be no explanation (p < 0.05).

Lines that cannot be read are reported and passed over; the exit status is then 1.`,
		Example: `  TELEINSTR_TELEMETRY=1 TELEINSTR_REPORT=jsonl:events.jsonl teleinstr go run .
  teleinstr report events.jsonl
  teleinstr report --flat --sort self --limit 10 events.jsonl
  teleinstr report --html page.html events.jsonl*
  teleinstr report --pprof scopes.pb.gz events.jsonl && go tool pprof -http localhost:8080 scopes.pb.gz
  zstdcat events.jsonl.zst | teleinstr report --json -
  teleinstr report --compare old.jsonl new.jsonl --threshold 20`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(args); err != nil {
				return err
			}
			if f.compare {
				return f.compareRecordings(cmd, args[0], args[1])
			}
			return f.report(cmd, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.view.Sort, "sort", f.view.Sort, "what siblings are sorted by: "+strings.Join(summary.SortKeys(), ", "))
	flags.BoolVar(&f.view.Flat, "flat", false, "list paths by themselves, in one order, in place of the tree")
	flags.StringVar(&f.match, "match", "", "show paths that a `regexp` matches anywhere, and those around them")
	flags.IntVar(&f.view.MaxDepth, "depth", 0, "show so many `levels` of the tree")
	flags.IntVar(&f.view.Limit, "limit", 0, "show so many `rows` of each table")
	flags.IntVar(&f.width, "width", 0, "fit the table into so many `columns`; that of the terminal, if it goes to one")
	flags.BoolVar(&f.json, "json", false, "print JSON, with times in seconds")
	flags.StringVar(&f.html, "html", "", "write a page that holds all it needs to a `file`")
	flags.StringVar(&f.pprof, "pprof", "", "write a profile for go tool pprof to a `file`")
	flags.StringVar(&f.trace, "trace", "", "write a trace for Perfetto and chrome://tracing to a `file`")
	flags.StringVar(&f.speedscope, "speedscope", "", "write a file for speedscope to a `file`")
	flags.BoolVar(&f.compare, "compare", false, "compare two recordings: an old and a new one")
	flags.Float64Var(&f.threshold, "threshold", f.threshold, "with --compare, `percent` of the median that are too much")
	return cmd
}

// check checks flags and compiles the pattern.
func (f *reportFlags) check(args []string) error {
	switch {
	case len(args) == 0:
		return errors.New("report: name a file with events, or - for standard input")
	case !slices.Contains(summary.SortKeys(), f.view.Sort):
		return fmt.Errorf("--sort %s: unknown; write one of %s", f.view.Sort, strings.Join(summary.SortKeys(), ", "))
	case f.view.MaxDepth < 0 || f.view.Limit < 0 || f.width < 0:
		return errors.New("--depth, --limit, --width: a number below zero; write 0 for no limit")
	case !(f.threshold >= 0) || math.IsInf(f.threshold, 1):
		return fmt.Errorf("--threshold: %v percent; write 0 for any difference, or more", f.threshold)
	case f.compare && len(args) != 2:
		return fmt.Errorf("--compare: takes two files, the old and the new one, not %d; append runs to one file to have more of them", len(args))
	case f.compare && args[0] == recording.Stdin && args[1] == recording.Stdin:
		return errors.New("--compare: standard input cannot be both; name a file for one of them")
	case f.compare && len(f.outputs()) > 0:
		return errors.New("--compare: prints a table, or --json; write files of one recording without it")
	case f.json && len(f.outputs()) > 0:
		return errors.New("--json: prints what goes to no other file; leave out one or the other")
	}
	if err := f.checkOutputs(args); err != nil {
		return err
	}
	if f.match == "" {
		return nil
	}
	match, err := regexp.Compile(f.match)
	if err != nil {
		return fmt.Errorf("--match: %w", err)
	}
	f.view.Match = match
	return nil
}

// checkOutputs sees to it that no file is written over another, or over what is to be read.
func (f *reportFlags) checkOutputs(inputs []string) error {
	var names []string
	for _, o := range f.outputs() {
		switch {
		case !slices.Contains(names, o.name):
		case o.name == recording.Stdin:
			return errors.New("-: only one file can go to standard output")
		default:
			return fmt.Errorf("%s: named for two files; give each a name of its own", o.name)
		}
		names = append(names, o.name)
		for _, input := range inputs {
			if o.name != recording.Stdin && isSameFile(o.name, input) {
				return fmt.Errorf("%s: is one of the files to read; write to another", o.name)
			}
		}
	}
	return nil
}

func isSameFile(a, b string) bool {
	infoA, err := os.Stat(a)
	if err != nil {
		return false
	}
	infoB, err := os.Stat(b)
	return err == nil && os.SameFile(infoA, infoB)
}

// An outputFile is a file that report writes from a summary.
type outputFile struct {
	name  string
	write func(io.Writer, *summary.Summary) error // nil for the trace, which is written from events
}

func (f *reportFlags) outputs() []outputFile {
	speedscope := func(w io.Writer, s *summary.Summary) error { return export.WriteSpeedscope(w, s, titleOf(s)) }
	html := func(w io.Writer, s *summary.Summary) error { return page.Write(w, s, titleOf(s)) }
	all := []outputFile{{f.html, html}, {f.pprof, export.WritePprof}, {f.speedscope, speedscope}, {f.trace, nil}}
	return slices.DeleteFunc(all, func(o outputFile) bool { return o.name == "" })
}

// titleOf names what was recorded.
func titleOf(s *summary.Summary) string {
	var programs []string
	for _, stream := range s.Streams {
		if stream.Program != "" && !slices.Contains(programs, stream.Program) {
			programs = append(programs, stream.Program)
		}
	}
	if len(programs) > 3 {
		programs = append(programs[:3], "…")
	}
	return strings.Join(programs, ", ")
}

func (f *reportFlags) report(cmd *cobra.Command, names []string) error {
	outputs := f.outputs()
	var trace *export.TraceWriter
	var traceFile *pendingFile
	for _, o := range outputs {
		if o.write == nil {
			file, err := createFile(cmd, o.name)
			if err != nil {
				return err
			}
			defer file.discard()
			traceFile, trace = file, export.NewTraceWriter(file)
		}
	}
	s, unread, err := collect(cmd, names, summary.Options{Details: f.html != "" || f.speedscope != ""}, trace)
	if err != nil {
		return err
	}
	if trace != nil {
		if err := errors.Join(trace.Close(), traceFile.commit()); err != nil {
			return err
		}
	}
	if err := f.write(cmd, s, outputs); err != nil {
		return err
	}
	return unread
}

// write writes the summary, to where the flags say.
func (f *reportFlags) write(cmd *cobra.Command, s *summary.Summary, outputs []outputFile) error {
	for _, o := range outputs {
		if o.write == nil {
			continue
		}
		if err := writeFile(cmd, o.name, func(w io.Writer) error { return o.write(w, s) }); err != nil {
			return err
		}
	}
	if len(outputs) > 0 {
		return nil
	}
	if f.json {
		return f.printJSON(cmd, s)
	}
	return f.print(cmd, s)
}

func (f *reportFlags) printJSON(cmd *cobra.Command, s *summary.Summary) error {
	rows, _ := f.view.Rows(s)
	s.Timings = []*summary.Timing{}
	for _, row := range rows {
		s.Timings = append(s.Timings, row.Timing)
	}
	s.Metrics, _ = f.view.Metrics(s)
	return writeJSON(cmd.OutOrStdout(), s)
}

// print prints tables.
func (f *reportFlags) print(cmd *cobra.Command, s *summary.Summary) error {
	out := bufio.NewWriter(cmd.OutOrStdout())
	fmt.Fprintln(out, heading(s))
	style := f.style(cmd)
	var leftOut []string
	rows, more := f.view.Rows(s)
	if len(rows) > 0 {
		out.WriteByte('\n')
		titles, err := style.WriteTimings(out, rows)
		if err != nil {
			return err
		}
		leftOut = append(leftOut, titles...)
	}
	writeMore(out, more)
	metrics, more := f.view.Metrics(s)
	if len(metrics) > 0 {
		out.WriteByte('\n')
		titles, err := style.WriteMetrics(out, metrics)
		if err != nil {
			return err
		}
		leftOut = append(leftOut, titles...)
	}
	writeMore(out, more)
	return errors.Join(out.Flush(), noteLeftOut(cmd, leftOut))
}

func writeMore(w io.Writer, more int) {
	if more > 0 {
		fmt.Fprintf(w, "… %s\n", count(more, "more row", "more rows"))
	}
}

// style returns a style for standard output.
func (f *reportFlags) style(cmd *cobra.Command) table.Style {
	style := terminalStyle(cmd.OutOrStdout())
	if f.width > 0 {
		style.Width = f.width
	}
	return style
}

func noteLeftOut(cmd *cobra.Command, titles []string) error {
	if len(titles) == 0 {
		return nil
	}
	slices.Sort(titles)
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: no room for the columns %s; --width and --json show them\n", strings.Join(slices.Compact(titles), ", "))
	return err
}

// heading says what was recorded.
func heading(s *summary.Summary) string {
	if s.Events == 0 {
		return "no events"
	}
	streams := count(len(s.Streams), "stream", "streams")
	if programs := titleOf(s); programs != "" {
		streams += " of " + table.Printable(programs)
	}
	events := count(int(s.Events), "event", "events")
	if s.Start.IsZero() {
		return fmt.Sprintf("%s, %s", streams, events)
	}
	took := summary.Rounded(s.End.Sub(s.Start.Time))
	return fmt.Sprintf("%s, %s in %s, from %s on", streams, events, took, s.Start.Local().Format("2006-01-02 15:04:05 MST"))
}
