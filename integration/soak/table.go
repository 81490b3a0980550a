//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"
)

// print prints the figures, and what is not as it should be.
func (s *soaking) print(w io.Writer) {
	row := func(what, format string, args ...any) {
		fmt.Fprintf(w, "| %s | %s |\n", what, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(w, "| %v, %d requests a second, %d processors, %s | |\n| --- | --- |\n", s.duration, s.rate, runtime.NumCPU(), runtime.Version())
	row("service", "%s", strings.TrimPrefix(s.annotated, "teleinstr: "))
	s.printBehaviour(row)
	s.printFaults(row)
	s.printEvents(row)
	s.printMemory(row)
	for _, broken := range s.broken {
		fmt.Fprintf(w, "\nBROKEN: %s\n", broken)
	}
}

func (s *soaking) printBehaviour(row func(what, format string, args ...any)) {
	row("requests, each to both services", "%d", s.load.requests)
	row("statuses", "%s", counts(s.load.statuses))
	row("connections broken by the service", "%d", s.load.broken)
	row("panics recovered by middleware; passed through; clients gone", "%d; %d; %d", s.ends[1].Panicked, s.ends[1].Aborted, s.ends[1].Left)
	row("**answers that differ**", "%d", s.load.different)
	for i, name := range []string{"without telemetry", "with"} {
		row("latency "+name+": median, 99%, most", "%v", quantiles(s.load.latencies[i]))
	}
}

func (s *soaking) printFaults(row func(what, format string, args ...any)) {
	for _, name := range slices.Sorted(maps.Keys(s.tally.count)) {
		row(name, "%d times", s.tally.count[name])
	}
}

func (s *soaking) printEvents(row func(what, format string, args ...any)) {
	made, f := total(s.made), s.fates()
	arrived := int64(len(s.received.unique))
	row("**events made**", "%d, of %d scopes", made, len(s.made))
	row("jsonl: lines + dropped", "%d + %d = %d", s.log.lines, s.dropped, s.log.lines+s.dropped)
	row("jsonl: lines cut short", "%d", s.log.torn)
	row("otlp: exported + failed + dropped", "%d + %d + %d = %d", f.exported, f.failed, f.dropped, f.ended)
	row("otlp: arrived; of these counted as failed, as the answer did not come; twice", "%d; %d; %d", arrived, arrived-f.exported, s.received.spans-arrived)
	row("otlp: starts of the Collector", "%d", s.sink.starts)
	row("prometheus: last scrape + ended after it", "%d + %d = %d", total(s.last.scopes), total(s.log.after), total(s.last.scopes)+total(s.log.after))
	row("prometheus: scrapes beside the crowds; failed; slowest", "%d; %d; %v", s.target.scrapes, len(s.target.failed), s.target.slowest.Round(time.Millisecond))
}

func (s *soaking) printMemory(row func(what, format string, args ...any)) {
	if len(s.memory[0].samples) == 0 || len(s.memory[1].samples) == 0 {
		return
	}
	for i, name := range []string{"without telemetry", "with"} {
		m := s.memory[i].samples
		row("resident memory "+name+": start, median, most, end; slope", "%s, %s, %s, %s; %s/h",
			mib(m[0]), mib(median(m)), mib(slices.Max(m)), mib(m[len(m)-1]), mib(s.memory[i].slope()))
	}
	row("ratio of the medians; of the most", "%.2f; %.2f", median(s.memory[1].samples)/median(s.memory[0].samples),
		slices.Max(s.memory[1].samples)/slices.Max(s.memory[0].samples))
	row("live heap before the faults, after", "%s, %s", mib(float64(s.base[1].LiveHeap)), mib(float64(s.calm[1].LiveHeap)))
	row("goroutines before the faults, after", "%d, %d", s.base[1].Goroutines, s.calm[1].Goroutines)
	for i, p := range s.processes() {
		row([]string{"processor time without telemetry", "with"}[i], "%v", (p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()).Round(10*time.Millisecond))
	}
}

// counts are numbers of each of something, in order.
func counts(of map[int]int64) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%d: %d", key, of[key]))
	}
	return strings.Join(all, ", ")
}

// quantiles are the middle one of times, one that few are longer than, and the longest.
func quantiles(times []time.Duration) string {
	if len(times) == 0 {
		return "none"
	}
	sorted := slices.Sorted(slices.Values(times))
	at := func(i int) time.Duration { return sorted[i].Round(10 * time.Microsecond) }
	return fmt.Sprintf("%v, %v, %v", at(len(sorted)/2), at(len(sorted)*99/100), at(len(sorted)-1))
}
