//go:build linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/teleinstr/teleinstr/integration/otel/collector"
)

// A sink is a Collector that comes back when it was killed. What it confirms it has written, as it has neither batches nor
// buffers: rotation, far beyond what is reached, makes the file exporter write at once.
type sink struct {
	binary, dir string
	port        int

	mu      sync.Mutex
	starts  int
	running *collector.Collector // nil while it is down
}

// sinkConfig has the port, and what the names of files begin and end with.
const sinkConfig = `receivers:
  otlp:
    protocols:
      http: {endpoint: 127.0.0.1:%d}
exporters:
  file/traces: {path: %[2]s/traces-%[3]d, format: proto, rotation: {max_megabytes: 1000000}}
  file/metrics: {path: %[2]s/metrics-%[3]d, format: proto, rotation: {max_megabytes: 1000000}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [file/traces]}
    metrics: {receivers: [otlp], exporters: [file/metrics]}
  telemetry:
    logs: {level: warn}
    metrics: {level: none}
`

func newSink(binary, dir string) (*sink, error) {
	ports, err := collector.FreePorts(1)
	if err != nil {
		return nil, err
	}
	return &sink{binary: binary, dir: dir, port: ports[0]}, nil
}

// start starts a Collector, which writes to files of its own.
func (s *sink) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for range 5 { // for a moment, a connection of somebody else may have the port
		s.starts++
		c, err := collector.Start(s.binary, s.dir, fmt.Sprintf(sinkConfig, s.port, s.dir, s.starts), []int{s.port})
		if err == nil {
			s.running = c
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (s *sink) kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.running
	s.running = nil
	return c.Kill()
}

func (s *sink) signal(signal syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running.Cmd.Process.Signal(signal)
}

// stop lets the Collector end by itself, if it runs.
func (s *sink) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return nil
	}
	return s.running.Stop()
}

// files returns those of a kind, from the first to the last start.
func (s *sink) files(kind string) (paths []string) {
	for n := range s.starts {
		paths = append(paths, filepath.Join(s.dir, fmt.Sprintf("%s-%d", kind, n+1)))
	}
	return paths
}

// faults are those that befall the Collector.
func (s *sink) faults() []fault {
	return []fault{{"Collector killed, and restarted", s.killed}, {"Collector stopped, and continued", s.stopped}}
}

func (s *sink) killed(*rand.Rand) (end func() error, err error) { return s.start, s.kill() }

func (s *sink) stopped(*rand.Rand) (end func() error, err error) {
	return func() error { return s.signal(syscall.SIGCONT) }, s.signal(syscall.SIGSTOP)
}
