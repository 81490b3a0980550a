package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
)

// counted counts requests, when they have been answered or broken off.
func (s *server) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.count(next, w, r) })
}

func (s *server) count(next http.Handler, w http.ResponseWriter, r *http.Request) {
	defer s.stats.served.Add(1)
	next.ServeHTTP(w, r)
}

// recovered answers a request whose handler panics, with what it panicked with and where.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.rescue(next, w, r) })
}

func (s *server) rescue(next http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			s.stats.aborted.Add(1)
			panic(p)
		default:
			s.stats.panicked.Add(1)
			reply(w, http.StatusInternalServerError, map[string]string{"panic": fmt.Sprint(p), "at": panicPlace()})
		}
	}()
	next.ServeHTTP(w, r)
}

// panicPlace returns the function, file and line that has panicked, to be called by the function that recovers.
func panicPlace() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	for panicking := false; ; {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			return fmt.Sprintf("%s %s:%d", frame.Function, filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return ""
		}
	}
}

// stats are what the service knows of itself.
type stats struct{ served, failed, panicked, aborted, left atomic.Int64 }

// A reading is stats at a moment.
type reading struct {
	Served, Failed, Panicked, Aborted, Left int64
	Goroutines                              int
	LiveHeap                                uint64 // bytes, after a collection of garbage
}

func (s *stats) read() reading {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return reading{
		s.served.Load(), s.failed.Load(), s.panicked.Load(), s.aborted.Load(), s.left.Load(),
		runtime.NumGoroutine(), sample[0].Value.Uint64(),
	}
}
