//go:build linux

package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSoak soaks for a short time, in which each fault happens nevertheless.
func TestSoak(t *testing.T) {
	o := options{duration: 40 * time.Second, rate: 150, seed: 1, checkout: "../..", dir: t.TempDir()}
	if testing.Short() {
		o.duration = 10 * time.Second
	}
	s, err := soak(o)
	if errors.Is(err, errUnavailable) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var figures strings.Builder
	s.print(&figures)
	t.Logf("\n%s", &figures)
	for _, broken := range s.broken {
		t.Error(broken)
	}
	t.Logf("%s", &s.subject.stderr)
}
