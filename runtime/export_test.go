package tele

import "os"

// The tests run as if TELEINSTR_TELEMETRY=1 were set, but for those that start a process of their own to
// have the environment read for real.
func init() {
	if os.Getenv("TELE_TEST_CHILD") == "" {
		process = environment{enabled: true}
	}
}
