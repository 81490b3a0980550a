package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/page"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/rewrite/overlay"
	"github.com/teleinstr/teleinstr/runtime/autoreport"
)

// A pageRecording records the programs that go run and go test run, and makes a page of it.
type pageRecording struct {
	page string // empty if there is to be none
	dir  string
}

// newPageRecording finds out what it can before anything is built, as a run may take long.
func newPageRecording(cmd *cobra.Command, name string, plan *overlay.Plan) (*pageRecording, error) {
	p := &pageRecording{page: name}
	if name == "" {
		return p, nil
	}
	if plan.Command != "run" && plan.Command != "test" {
		return nil, fmt.Errorf("--html: go %s runs no program; use it with run and test", plan.Command)
	}
	if info, err := os.Stat(filepath.Dir(name)); err != nil {
		return nil, fmt.Errorf("--html: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("--html %s: %s is no directory", name, filepath.Dir(name))
	}
	if err := checkWritable(cmd, name); err != nil {
		return nil, fmt.Errorf("--html: %w", err)
	}
	dir, err := os.MkdirTemp("", "teleinstr-events-")
	if err != nil {
		return nil, err
	}
	if strings.Contains(dir, ",") {
		os.Remove(dir)
		return nil, fmt.Errorf("--html: %s has a comma, which separates reporters; set TMPDIR to another directory", dir)
	}
	p.dir = dir
	return p, nil
}

// checkWritable makes a file beside the one that is to be written, as writing will, and removes it. What is no regular file is not
// opened, as that may have an effect.
func checkWritable(cmd *cobra.Command, name string) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return fmt.Errorf("%s: is a directory; name a file in it", name)
		}
		return nil
	}
	f, err := createFile(cmd, name)
	if err != nil {
		return err
	}
	f.discard()
	return nil
}

func (p *pageRecording) wanted() bool { return p.page != "" }

func (p *pageRecording) events() string { return filepath.Join(p.dir, "events.jsonl") }

// environment turns telemetry on, with what the caller asks for in the environment, and a recording.
func (p *pageRecording) environment() []string {
	if !p.wanted() {
		return nil
	}
	report := "jsonl:" + p.events()
	if asked := os.Getenv(autoreport.Variable); asked != "" {
		report = asked + "," + report
	}
	return []string{"TELEINSTR_TELEMETRY=1", autoreport.Variable + "=" + report}
}

// write writes the page, and removes the events. They are kept if that fails.
func (p *pageRecording) write(cmd *cobra.Command) error {
	if !p.wanted() {
		return nil
	}
	if _, err := os.Stat(p.events()); err != nil {
		return p.nothing(cmd)
	}
	s, unread, err := collect(cmd, []string{p.events()}, summary.Options{Details: true}, nil)
	if err == nil && s.Events == 0 {
		return p.nothing(cmd)
	}
	if err == nil {
		err = writeFile(cmd, p.page, func(w io.Writer) error { return page.Write(w, s, titleOf(s)) })
	}
	if err != nil {
		return fmt.Errorf("%w; the events are in %s", err, p.events())
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: wrote %s, with %s\n", p.page, count(int(s.Events), "event", "events"))
	if unread != nil {
		return fmt.Errorf("lines cannot be read; the events are in %s", p.events())
	}
	return os.RemoveAll(p.dir)
}

func (p *pageRecording) nothing(cmd *cobra.Command) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: nothing was recorded; %s is not written\n", p.page)
	return os.RemoveAll(p.dir)
}
