//go:build !unix

package main

import (
	"os"
	"os/exec"
	"os/signal"
)

// forwarded swallows interrupts, which reach the child as well.
func forwarded() (signals <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	none := make(chan os.Signal)
	return none, func() { signal.Stop(c) }
}

func dieAs(*exec.ExitError) {}

func dieOf(os.Signal) { os.Exit(exitFailure) }
