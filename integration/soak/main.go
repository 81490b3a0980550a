//go:build linux

package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

// options say how long to soak, and how hard.
type options struct {
	duration time.Duration // of the load
	rate     int           // requests a second
	seed     uint64        // of requests and faults
	checkout string        // root of the repository
	dir      string        // takes all files
}

func main() {
	o := options{checkout: "../.."}
	flag.DurationVar(&o.duration, "duration", 20*time.Minute, "`time` to make load for")
	flag.IntVar(&o.rate, "rate", 150, "`requests` a second")
	flag.Uint64Var(&o.seed, "seed", 1, "`number` that requests and faults follow from")
	flag.StringVar(&o.dir, "dir", "", "`directory` to keep all files in; without, they are removed")
	flag.Parse()
	if err := run(o); err != nil {
		log.Fatal(err)
	}
}

func run(o options) error {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "soak")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	s, err := soak(o)
	if err != nil {
		return err
	}
	s.print(os.Stdout)
	if len(s.broken) > 0 {
		return fmt.Errorf("%d things are not as they should be", len(s.broken))
	}
	return nil
}
