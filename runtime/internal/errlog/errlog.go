// Package errlog writes what goes wrong with telemetry to the default logger of package slog, in moderation.
package errlog

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// interval is the time between two entries about the same thing.
const interval = 10 * time.Second

// start is what the times of limiters count from.
var start = time.Now()

// A Limiter writes an entry the first time at once and then at most one in ten seconds, with the number of
// those left out in between. The zero Limiter is ready for use, by any number of goroutines.
type Limiter struct {
	next       atomic.Int64 // time from which on an entry may be written, 0 at first
	suppressed atomic.Int64
}

// Log writes an entry if it is time for one.
func (l *Limiter) Log(message string, attrs ...slog.Attr) {
	if l.allow() {
		l.write(message, attrs)
	}
}

// LogPanic is for a deferred function that has recovered a panic, to log its value and its place.
func (l *Limiter) LogPanic(message string, value any, attrs ...slog.Attr) {
	if l.allow() {
		l.write(message, append(attrs, slog.String("panic", fmt.Sprint(value)), slog.String("at", panicPlace())))
	}
}

// LogReporter is for a deferred function, to log that a call of a reporter did not return: because of a
// panic with the given value, or, if it is nil, because the goroutine is ending.
func (l *Limiter) LogReporter(reporter, panicked any) {
	name := slog.String("reporter", fmt.Sprintf("%T", reporter))
	if panicked == nil {
		l.Log("telemetry: reporter ended the goroutine", name)
		return
	}
	l.LogPanic("telemetry: reporter panicked", panicked, name)
}

func (l *Limiter) allow() bool {
	next, now := l.next.Load(), int64(time.Since(start))
	if next != 0 && now < next || !l.next.CompareAndSwap(next, now+int64(interval)) {
		l.suppressed.Add(1)
		return false
	}
	return true
}

func (l *Limiter) write(message string, attrs []slog.Attr) {
	if n := l.suppressed.Swap(0); n > 0 {
		attrs = append(attrs, slog.Int64("suppressed", n))
	}
	Write(message, attrs...)
}

// Write writes an entry. The handler is the program's own: should it panic, nobody notices.
func Write(message string, attrs ...slog.Attr) {
	defer func() {
		_ = recover()
	}()
	slog.Default().LogAttrs(context.Background(), slog.LevelError, message, attrs...)
}

// panicPlace returns where the innermost panic began.
func panicPlace() string {
	panicking := false
	return Place(func(function string) bool {
		if strings.HasPrefix(function, "runtime.") {
			panicking = panicking || function == "runtime.gopanic"
			return false
		}
		return panicking
	})
}

// Place returns the position of the innermost calling function that is wanted, by its name.
func Place(wanted func(function string) bool) string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		if wanted(frame.Function) {
			return fmt.Sprintf("%s:%d", frame.File, frame.Line)
		}
		if !more {
			return ""
		}
	}
}
