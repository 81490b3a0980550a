//go:build linux

package main

import (
	"errors"
	"os"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// An eventLog is what the files of the jsonl reporter hold.
type eventLog struct {
	lines    int64
	torn     int64            // lines cut short
	repeated int64            // lines with the number of another one
	last     uint64           // number of an event
	streams  map[string]bool  // there should be one
	scopes   map[string]int64 // by path
	during   int64            // scopes that ended while the last scrape went on
	after    map[string]int64 // scopes that ended after it, by path
	seen     []uint64         // bits, of numbers of events
}

// readEvents reads the files, in any order.
func readEvents(files []string, last scrape) (*eventLog, error) {
	l := &eventLog{streams: map[string]bool{}, scopes: map[string]int64{}, after: map[string]int64{}}
	for _, file := range files {
		if err := l.read(file, last); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *eventLog) read(file string, last scrape) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	for e, err := range jsonl.Read(in, nil) {
		switch {
		case errors.Is(err, jsonl.ErrTorn):
			l.torn++
		case err != nil:
			return err
		default:
			l.add(e, last)
		}
	}
	return nil
}

func (l *eventLog) add(e jsonl.Event, last scrape) {
	l.lines++
	l.streams[e.Stream.Name] = true
	l.last = max(l.last, e.Seq)
	if l.mark(e.Seq) {
		l.repeated++
	}
	if !e.Timing {
		return
	}
	l.scopes[e.Scope]++
	switch {
	case e.EndWallTime.After(last.arrived):
		l.after[e.Scope]++
	case e.EndWallTime.After(last.begun):
		l.during++
	}
}

// mark remembers a number, and reports whether it was known.
func (l *eventLog) mark(number uint64) (known bool) {
	word, bit := number/64, uint64(1)<<(number%64)
	for uint64(len(l.seen)) <= word {
		l.seen = append(l.seen, 0)
	}
	known = l.seen[word]&bit != 0
	l.seen[word] |= bit
	return known
}
