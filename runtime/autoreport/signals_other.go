//go:build !unix

package autoreport

// OnSignals does nothing: there is no way to end the process as the signal would have.
func OnSignals() {}
