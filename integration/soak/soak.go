//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/teleinstr/teleinstr/integration/otel/collector"
)

// A soaking is the whole of it, with what it has found.
type soaking struct {
	options
	binaries
	sink           *sink
	events         *eventFile
	target         *target
	plain, subject *process
	load           load
	tally          tally
	// Of the plain service, and of the other: memory, and what they say of themselves before the faults, after them and at their end.
	memory           [2]memory
	base, calm, ends [2]reading
	last             scrape
	account
}

// errUnavailable is for what cannot be had here.
var errUnavailable = errors.New("unavailable")

// soak builds, runs and accounts.
func soak(o options) (*soaking, error) {
	s := &soaking{options: o, tally: tally{count: map[string]int{}}}
	defer s.clear()
	for _, step := range []func() error{s.prepare, s.launch, s.run, s.end, s.settle} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// prepare builds all that runs.
func (s *soaking) prepare() (err error) {
	if s.dir, err = filepath.Abs(s.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "events"), 0o777); err != nil {
		return err
	}
	binary, err := collector.Build(s.checkout)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnavailable, err)
	}
	if s.sink, err = newSink(binary, s.dir); err != nil {
		return err
	}
	s.binaries, err = build(s.options)
	return err
}

// launch starts the Collector and the services.
func (s *soaking) launch() error {
	if err := s.sink.start(); err != nil {
		return err
	}
	ports, err := collector.FreePorts(1)
	if err != nil {
		return err
	}
	s.target = &target{addr: fmt.Sprintf("127.0.0.1:%d", ports[0])}
	s.events = &eventFile{dir: filepath.Join(s.dir, "events")}
	if s.plain, err = start(s.binaries.plain); err != nil {
		return err
	}
	s.subject, err = start(s.binaries.instrumented, "TELEINSTR_TELEMETRY=1",
		"TELEINSTR_REPORT=jsonl:"+s.events.path()+",otlp,prometheus:"+s.target.addr,
		"OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL(s.sink.port))
	if err != nil {
		return err
	}
	s.events.pid = s.subject.cmd.Process.Pid
	s.load = load{rate: s.rate, plain: s.plain, subject: s.subject, statuses: map[int]int64{}}
	return nil
}

// clear ends what still runs, after an error.
func (s *soaking) clear() {
	for _, p := range []*process{s.plain, s.subject} {
		if p != nil && p.cmd.ProcessState == nil {
			p.kill()
		}
	}
	if s.sink != nil {
		s.sink.stop()
	}
}

// run makes load: a tenth of the time in peace, then with faults, and a tenth in peace again.
func (s *soaking) run() error {
	tenth := s.duration / 10
	ctx, cancel := context.WithCancel(context.Background())
	var watchers sync.WaitGroup
	watchers.Go(func() { s.target.watch(ctx, max(time.Second, s.duration/200)) })
	for i, p := range s.processes() {
		s.memory[i].distance = max(200*time.Millisecond, s.duration/1000)
		watchers.Go(func() { s.memory[i].watch(ctx, p) })
	}
	s.makeLoad(tenth, s.seed)
	err := s.rest(&s.base, [2]reading{})
	if err == nil {
		faulty, stop := context.WithTimeout(ctx, 8*tenth)
		var plans sync.WaitGroup
		for _, p := range s.plans() {
			plans.Go(func() { p.run(faulty, &s.tally) })
		}
		s.makeLoad(9*tenth, s.seed+1)
		stop()
		plans.Wait()
		err = s.rest(&s.calm, s.base)
	}
	cancel()
	watchers.Wait()
	return errors.Join(err, s.tally.err, s.memory[0].err, s.memory[1].err)
}

func (s *soaking) processes() []*process { return []*process{s.plain, s.subject} }

// plans are of faults that do not know of each other.
func (s *soaking) plans() []plan {
	calm, storm := min(15*time.Second, s.duration/40), min(15*time.Second, s.duration/20)
	return []plan{
		{s.seed + 2, s.sink.faults(), calm, storm},
		{s.seed + 3, s.events.faults(), calm, storm},
		{s.seed + 4, s.target.faults(), calm, storm},
	}
}

func (s *soaking) makeLoad(length time.Duration, seed uint64) {
	ctx, stop := context.WithTimeout(context.Background(), length)
	defer stop()
	s.load.run(ctx, seed)
}

// rest asks the services how they are, when they have no more goroutines than they once had, or some seconds after.
func (s *soaking) rest(readings *[2]reading, once [2]reading) (err error) {
	for i, p := range s.processes() {
		if readings[i], err = p.rest(once[i].Goroutines); err != nil {
			return err
		}
	}
	return nil
}

// end scrapes a last time, and ends the services, then the Collector.
func (s *soaking) end() (err error) {
	time.Sleep(100 * time.Millisecond) // so that nothing ends during the scrape
	if s.last, err = s.target.scrape(); err != nil {
		return err
	}
	time.Sleep(100 * time.Millisecond)
	for i, p := range s.processes() {
		if s.ends[i], err = p.end(); err != nil {
			return err
		}
	}
	return s.sink.stop()
}
