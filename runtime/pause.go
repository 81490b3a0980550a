package tele

import "sync"

// recorder is what recording follows from.
var recorder struct {
	mu     sync.Mutex
	made   bool // there is an enabled Telemetry
	paused bool
}

func setRecording(change func()) {
	recorder.mu.Lock()
	defer recorder.mu.Unlock()
	change()
	on := uint32(0)
	if recorder.made && !recorder.paused {
		on = 1
	}
	recording.Store(on)
}

// Pause turns telemetry off in the whole process, until [Resume]: functions of this package, methods of every
// [Telemetry], whatever context carries it, and generated code do nothing, and cost what they cost where telemetry was never on. Scopes that
// have started are reported when they end.
//
// A program that is to be looked at now and then starts with telemetry on, and pauses it.
func Pause() {
	setRecording(func() { recorder.paused = true })
}

// Resume ends what [Pause] began, however often that was called. It turns nothing on that [New] has not.
func Resume() {
	setRecording(func() { recorder.paused = false })
}

// Paused reports whether telemetry is paused, on or not.
func Paused() bool {
	recorder.mu.Lock()
	defer recorder.mu.Unlock()
	return recorder.paused
}
