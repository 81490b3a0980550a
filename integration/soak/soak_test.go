//go:build linux

package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSoak soaks for a short time, in which each fault happens nevertheless.
func TestSoak(t *testing.T) {
	o := testOptions(t)
	o.duration = 40 * time.Second
	if testing.Short() {
		o.duration = 10 * time.Second
	}
	s, err := soak(o)
	must(t, err)
	var figures strings.Builder
	s.print(&figures)
	t.Logf("\n%s", &figures)
	for _, broken := range s.broken {
		t.Error(broken)
	}
	t.Logf("%s", &s.subject.stderr)
}

// TestEnd ends the service while the disk hangs, the Collector is stopped and scrapes take nothing. It is to end nevertheless, and to
// say how many events are lost.
func TestEnd(t *testing.T) {
	s := &soaking{options: testOptions(t)}
	defer s.clear()
	must(t, s.prepare())
	must(t, s.launch())
	s.makeLoad(2*time.Second, 1)
	var repairs []func() error
	for _, begin := range []func(*rand.Rand) (func() error, error){s.events.hung, s.target.ignored, s.sink.stopped} {
		repair, err := begin(rand.New(rand.NewPCG(1, 1)))
		must(t, err)
		repairs = append(repairs, repair)
	}
	s.makeLoad(2*time.Second, 2)
	_, err := s.subject.end()
	must(t, err)
	for _, repair := range repairs {
		must(t, repair())
	}
	s.hear()
	files, err := s.events.files()
	must(t, err)
	events, err := readEvents(files, scrape{})
	must(t, err)
	f := s.said
	if f.ended == 0 || f.exported+f.failed+f.dropped != f.ended {
		t.Errorf("otlp says %+v", f)
	}
	// What has gone into the pipe counts as waiting as well, until all that was to be written with it has.
	const inPipe = 64 << 10 / 100
	if n := events.lines + s.dropped + s.waiting; s.waiting == 0 || n < f.ended || n > f.ended+inPipe {
		t.Errorf("jsonl: %d lines, and it says %d dropped and %d waiting, of %d events", events.lines, s.dropped, s.waiting, f.ended)
	}
	t.Logf("%s", &s.subject.stderr)
}

func testOptions(t *testing.T) options {
	return options{rate: 150, seed: 1, checkout: "../..", dir: t.TempDir()}
}

// must ends the test on an error. What cannot be had is no excuse in CI.
func must(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errUnavailable) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}
