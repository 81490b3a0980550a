package tele

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// logInterval is the time between two entries in the log about the same thing.
const logInterval = 10 * time.Second

// A limiter writes to the log, the first time at once and then at most one entry every logInterval, with the
// number of those left out in between.
type limiter struct {
	next       atomic.Int64 // monotonic time from which on an entry may be written, 0 at first
	suppressed atomic.Int64
}

func (l *limiter) allow() bool {
	next, now := l.next.Load(), int64(time.Since(origin))
	if next != 0 && now < next || !l.next.CompareAndSwap(next, now+int64(logInterval)) {
		l.suppressed.Add(1)
		return false
	}
	return true
}

func (l *limiter) log(message string, attrs ...slog.Attr) {
	if l.allow() {
		l.write(message, attrs)
	}
}

// logPanic logs a recovered panic with its value and place. It must be called by the function that recovered,
// while the frames of the panic are still there.
func (l *limiter) logPanic(message string, value any, attrs ...slog.Attr) {
	if l.allow() {
		l.write(message, append(attrs, slog.String("panic", fmt.Sprint(value)), slog.String("at", panicPlace())))
	}
}

// write writes an entry whose turn it is.
func (l *limiter) write(message string, attrs []slog.Attr) {
	if n := l.suppressed.Swap(0); n > 0 {
		attrs = append(attrs, slog.Int64("suppressed", n))
	}
	writeLog(message, attrs...)
}

// writeLog writes to the default logger of slog, whose handler is the program's own and must not disturb
// it here either.
func writeLog(message string, attrs ...slog.Attr) {
	defer func() {
		_ = recover()
	}()
	slog.Default().LogAttrs(context.Background(), slog.LevelError, message, attrs...)
}

var reportEmptyName = sync.OnceFunc(func() {
	writeLog("telemetry: event with an empty name dropped", slog.String("at", callerPlace()))
})

// callerPlace returns where this package was called from.
func callerPlace() string {
	return place(func(function string) bool {
		return !strings.HasPrefix(function, packagePath) && !strings.HasPrefix(function, "sync.")
	})
}

// panicPlace returns where the innermost panic began.
func panicPlace() string {
	panicking := false
	return place(func(function string) bool {
		if strings.HasPrefix(function, "runtime.") {
			panicking = panicking || function == "runtime.gopanic"
			return false
		}
		return panicking
	})
}

// packagePath begins the names of this package's functions.
const packagePath = "github.com/teleinstr/teleinstr/runtime."

// place returns the position of the innermost calling function that is wanted.
func place(wanted func(function string) bool) string {
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

func typeName(v any) string {
	return fmt.Sprintf("%T", v)
}
