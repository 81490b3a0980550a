//go:build linux

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bounds of memory. Two buffers of jsonl, the queue of spans, series, and what the collection of garbage leaves above that.
const (
	moreMemory     = 96 << 20        // that a service with telemetry may occupy, in bytes
	moreHeap       = 4 << 20         // that may be live after all faults, in bytes
	moreGoroutines = 3               // that may be there after all faults: of connections to the Collector
	moreAnHour     = 24 << 20        // by which a service may grow, in bytes
	slopeFrom      = 5 * time.Minute // shorter runs say nothing of that
)

// outermost is the scope of the function of the service that every request goes through.
const outermost = "service.server.count"

// An account compares what has arrived with what was made.
type account struct {
	made       map[string]int64 // scopes, by path
	log        *eventLog
	dropped    int64 // by the jsonl reporter, as it says
	waiting    int64 // events that it had still to write at the end
	received   *received
	said       fates // at the exit
	broken     []string
	toldAtExit bool
}

// fates are what has become of spans.
type fates struct{ ended, exported, failed, dropped int64 }

var (
	droppedMessage = regexp.MustCompile(`teleinstr: TELEINSTR_REPORT: jsonl: .*events\.jsonl: (\d+) events were dropped`)
	waitingMessage = regexp.MustCompile(`teleinstr: TELEINSTR_REPORT: jsonl: .*events\.jsonl: (\d+) events still wait to be written`)
	spansMessage   = regexp.MustCompile(`not everything was exported spans_ended=(\d+) spans_exported=(\d+) spans_dropped=(\d+) spans_failed=(\d+)`)
)

// settle reads all that has arrived, and all that was said.
func (s *soaking) settle() (err error) {
	s.hear()
	if err := os.WriteFile(filepath.Join(s.dir, "stderr"), s.subject.stderr.Bytes(), 0o666); err != nil { // for who keeps the directory
		return err
	}
	files, err := s.events.files()
	if err != nil {
		return err
	}
	if s.log, err = readEvents(files, s.last); err != nil {
		return err
	}
	if s.received, err = s.sink.received(); err != nil {
		return err
	}
	s.made = s.received.byScope()
	s.checkBehaviour()
	s.checkEvents()
	s.checkSpans()
	s.checkScrapes()
	s.checkMemory()
	s.checkOutput()
	return nil
}

// hear takes the counts from what the service said when it ended.
func (s *soaking) hear() {
	stderr := s.subject.stderr.String()
	if m := droppedMessage.FindStringSubmatch(stderr); m != nil {
		s.dropped = numbers(m)[0]
	}
	if m := waitingMessage.FindStringSubmatch(stderr); m != nil {
		s.waiting = numbers(m)[0]
	}
	if m := spansMessage.FindStringSubmatch(stderr); m != nil {
		n := numbers(m)
		s.said, s.toldAtExit = fates{ended: n[0], exported: n[1], dropped: n[2], failed: n[3]}, true
	}
}

// numbers are those of the groups of a match.
func numbers(match []string) (all []int64) {
	for _, text := range match[1:] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			panic(err) // the expressions let digits only through
		}
		all = append(all, n)
	}
	return all
}

// want notes that something is not as it should be.
func (a *account) want(ok bool, format string, args ...any) {
	if !ok {
		a.broken = append(a.broken, fmt.Sprintf(format, args...))
	}
}

func (s *soaking) checkBehaviour() {
	s.want(s.load.requests > 0, "no requests were made")
	s.want(s.load.different == 0, "%d answers are different: %s", s.load.different, strings.Join(s.load.differ, "; "))
	s.want(len(s.load.unanswered) == 0, "%d requests were not answered: %v", len(s.load.unanswered), s.load.unanswered)
	for i, p := range s.processes() {
		served := s.ends[i].Served - p.reads
		s.want(served == s.load.requests, "%d requests were made, and %d served", s.load.requests, served)
		s.want(s.ends[i].Left > 0 && s.ends[i].Panicked > 0 && s.ends[i].Aborted > 0, "too little happened: %+v", s.ends[i])
	}
	plain, other := s.ends[0], s.ends[1]
	s.want(plain.Failed == other.Failed && plain.Panicked == other.Panicked && plain.Aborted == other.Aborted && plain.Left == other.Left,
		"services are not of the same opinion: with telemetry %+v, without %+v", other, plain)
}

func (s *soaking) checkEvents() {
	made := total(s.made)
	s.want(s.made[outermost] == s.ends[1].Served, "%d requests were served, and %d scopes %s made", s.ends[1].Served, s.made[outermost], outermost)
	s.want(s.log.lines+s.dropped == made, "jsonl: %d lines and %d dropped, want %d events together", s.log.lines, s.dropped, made)
	s.want(s.waiting == 0, "jsonl: %d events were still to be written", s.waiting)
	s.want(s.log.repeated == 0, "jsonl: %d lines have the number of another one", s.log.repeated)
	s.want(len(s.log.streams) == 1, "jsonl: %d streams", len(s.log.streams))
	s.want(int64(s.log.last) <= made, "jsonl: an event has the number %d, and %d were made", s.log.last, made)
	for path, n := range s.log.scopes {
		s.want(n <= s.made[path], "jsonl: %d lines of %s, of which %d were made", n, path, s.made[path])
	}
}

// fates are the last counts that were exported.
func (a *account) fates() fates {
	f := fates{exported: a.received.fates["exported"], failed: a.received.fates["failed"], dropped: a.received.fates["dropped"]}
	f.ended = f.exported + f.failed + f.dropped
	return f
}

func (s *soaking) checkSpans() {
	f := s.fates()
	arrived := int64(len(s.received.unique))
	s.want(f.ended == total(s.made), "otlp: %+v do not account for %d scopes", f, total(s.made))
	s.want(!s.toldAtExit || s.said == f, "otlp: the metric has %+v, and the message %+v", f, s.said)
	s.want(s.toldAtExit == (f.failed+f.dropped > 0), "otlp: losses are %+v, and told at the exit: %t", f, s.toldAtExit)
	s.want(f.exported <= arrived, "otlp: %d spans have arrived, and %d are counted as exported", arrived, f.exported)
	s.want(arrived <= f.exported+f.failed, "otlp: %d spans have arrived, of %d that are counted as exported and %d as failed", arrived, f.exported, f.failed)
}

func (s *soaking) checkScrapes() {
	s.want(s.last.lost == 0, "prometheus: %v events dropped or without a series", s.last.lost)
	s.want(len(s.target.failed) == 0, "prometheus: %d of %d scrapes failed: %v", len(s.target.failed), s.target.scrapes, s.target.failed)
	s.want(s.log.during == 0, "prometheus: %d scopes have ended during the last scrape", s.log.during)
	for _, path := range slices.Sorted(maps.Keys(s.made)) {
		scraped, after := s.last.scopes[path], s.log.after[path]
		s.want(scraped+after == s.made[path], "prometheus: %d scopes %s, and %d after the scrape, want %d together", scraped, path, after, s.made[path])
	}
	for path := range s.last.scopes {
		s.want(s.made[path] > 0, "prometheus: a scope %s that nobody else knows", path)
	}
}

func (s *soaking) checkMemory() {
	plain, other := &s.memory[0], &s.memory[1]
	if len(other.samples) < 8 || len(plain.samples) < 8 {
		s.want(false, "memory: %d samples", len(other.samples))
		return
	}
	most := slices.Max(plain.samples) + moreMemory
	s.want(slices.Max(other.samples) <= most, "memory: %s at most, want %s", mib(slices.Max(other.samples)), mib(most))
	s.want(s.duration < slopeFrom || other.slope() < moreAnHour, "memory: it grows by %s an hour", mib(other.slope()))
	base, calm := s.base[1], s.calm[1]
	s.want(calm.LiveHeap <= base.LiveHeap+moreHeap, "memory: %d bytes of the heap are live in the end, and were %d", calm.LiveHeap, base.LiveHeap)
	s.want(calm.Goroutines <= base.Goroutines+moreGoroutines, "%d goroutines in the end, and there were %d", calm.Goroutines, base.Goroutines)
}

// checkOutput looks for what telemetry should never say.
func (s *soaking) checkOutput() {
	for line := range strings.Lines(s.subject.stderr.String()) {
		for _, bad := range []string{"reporter panicked", "reporter ended", "stopped:", "telemetry stays off", "DATA RACE"} {
			s.want(!strings.Contains(line, bad), "the service says %s", line)
		}
	}
}

func total(counts map[string]int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

func mib(bytes float64) string { return fmt.Sprintf("%.1f MiB", bytes/(1<<20)) }
