package tele

import (
	"log/slog"
	"math/rand/v2"
	"runtime"

	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
)

// A reporter that makes an event for each event it gets, as one does whose own methods are annotated, would call
// itself until the stack overflows. Nothing tells what else a goroutine is at but its stack, which is too dear to
// look at for each event. So it is looked at by chance, once in so many events; by then the stack of
// such a goroutine holds some megabytes.
const eventsPerCheck = 4096

// maxNested is the number of events made for each other that may be meant.
const maxNested = 8

// checkRecursion stops t for good if the calling goroutine is at too many events.
func (t *Telemetry) checkRecursion() {
	var pcs [32 * maxNested]uintptr
	events := 0
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		switch runtime.FuncForPC(pc - 1).Name() {
		case packagePath + "(*scope).end", packagePath + "record":
			events++
		}
	}
	if events > maxNested && t.stopped.CompareAndSwap(false, true) {
		errlog.Write("telemetry: stopped: a reporter makes an event for each event it gets",
			slog.String("at", errlog.Place(outside)))
	}
}

// A method that a look-up of a context calls, such as Value or Context of the program's own types, may in turn lead
// to annotated code, which looks up a context. One in so many look-ups makes sure that they are not at that
// without end: look-ups that are nested deeper than any program means find nothing, so that the program's
// own calls come to an end.
const (
	lookUpsPerCheck = 1024 // a power of two
	maxLookUps      = 32
)

func tooManyLookUps() bool {
	return rand.Uint32()%lookUpsPerCheck == 0 && nestedLookUps() > maxLookUps
}

func nestedLookUps() (n int) {
	var pcs [64 * maxLookUps]uintptr
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		switch runtime.FuncForPC(pc - 1).Name() {
		case packagePath + "lookUp", packagePath + "ContextOf":
			n++
		}
	}
	return n
}
