//go:build unix

package main

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// forwarded returns the signals to pass on to a child.
func forwarded() (signals <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 4)
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM} {
		if !signal.Ignored(s) {
			signal.Notify(c, s)
		}
	}
	return c, func() { signal.Stop(c) }
}

// dieAs ends the process by the signal that has ended a child, if one has.
func dieAs(exit *exec.ExitError) {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		dieOf(status.Signal())
	}
}

// dieOf ends the process by a signal.
func dieOf(s os.Signal) {
	signal.Reset(s)
	syscall.Kill(os.Getpid(), s.(syscall.Signal))
	time.Sleep(time.Minute) // the signal takes a moment to arrive
}
