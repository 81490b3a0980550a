//go:build unix

package autoreport

import (
	"os"
	"os/signal"
	"syscall"
)

// OnSignals has the report written when a signal ends the process: SIGHUP, SIGINT or SIGTERM, unless it is
// ignored. The process then dies of the signal all the same. A program that handles signals itself must not
// call it. On systems that are no Unix it does nothing.
func OnSignals() {
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		if !hasReport() || signal.Ignored(s) {
			continue
		}
		c := make(chan os.Signal, 1)
		signal.Notify(c, s)
		go func() {
			<-c
			stopNow()
			signal.Reset(s)
			syscall.Kill(os.Getpid(), s.(syscall.Signal))
		}()
	}
}
