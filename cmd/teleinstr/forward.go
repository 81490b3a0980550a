package main

import "os/exec"

// runForwarding runs a child that shares the terminal: an interrupt reaches both, and it is for the child to end of it. What
// is sent to this process alone is passed on.
func runForwarding(child *exec.Cmd) error {
	signals, stop := forwarded()
	defer stop()
	if err := child.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- child.Wait() }()
	for {
		select {
		case s := <-signals:
			child.Process.Signal(s) // fails if the child has ended
		case err := <-done:
			return err
		}
	}
}
