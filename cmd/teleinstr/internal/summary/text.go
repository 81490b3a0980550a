package summary

import (
	"encoding/json"
	"time"
)

// Rounded returns a duration with three or four significant digits, so that a column can be compared.
func Rounded(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d.Abs() >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}

// Text returns the last value of a metric as text: strings as they are, anything else as JSON.
func Text(last any) string {
	if text, ok := last.(string); ok {
		return text
	}
	text, err := json.Marshal(last)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
