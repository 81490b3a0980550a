package tele

import (
	"os"
	"sync/atomic"
)

// An environment is what the process was told when it started.
type environment struct {
	enabled bool
	strict  bool
}

var process = readEnvironment(os.Getenv)

func readEnvironment(getenv func(string) string) environment {
	anySet := func(names ...string) bool {
		for _, name := range names {
			if getenv(name) == "1" {
				return true
			}
		}
		return false
	}
	return environment{
		enabled: anySet("TELEINSTR_TELEMETRY", "GEMINI_BATCH_TELEMETRY", "DEBUG"),
		strict:  anySet("TELEINSTR_STRICT_SCOPES", "GEMINI_BATCH_TELEMETRY_STRICT_SCOPES"),
	}
}

// recording is set from the first enabled Telemetry on, save while telemetry is paused.
var recording atomic.Uint32

// Enabled reports whether any telemetry of this process may record: whether [New] has returned an enabled
// Telemetry yet, and it is not paused ([Pause]). It costs an atomic load. Look at it before preparing metadata that is dear to compute;
// generated code looks at it before anything else.
func Enabled() bool {
	return Compiled && recording.Load() != 0
}
