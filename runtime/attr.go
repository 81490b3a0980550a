package tele

import (
	"log/slog"
	"time"
)

// String returns a [slog.Attr], as do the functions below: for generated code, which then imports nothing
// else.
func String(key, value string) slog.Attr { return slog.String(key, value) }

// Int returns an attribute for an int.
func Int(key string, value int) slog.Attr { return slog.Int(key, value) }

// Int64 returns an attribute for an int64.
func Int64(key string, value int64) slog.Attr { return slog.Int64(key, value) }

// Uint64 returns an attribute for a uint64.
func Uint64(key string, value uint64) slog.Attr { return slog.Uint64(key, value) }

// Float64 returns an attribute for a float64.
func Float64(key string, value float64) slog.Attr { return slog.Float64(key, value) }

// Bool returns an attribute for a bool.
func Bool(key string, value bool) slog.Attr { return slog.Bool(key, value) }

// Duration returns an attribute for a [time.Duration].
func Duration(key string, value time.Duration) slog.Attr { return slog.Duration(key, value) }

// Timestamp returns an attribute for a [time.Time].
func Timestamp(key string, value time.Time) slog.Attr { return slog.Time(key, value) }

// Any returns an attribute for a value of any type. See [slog.AnyValue] for how it is held.
func Any(key string, value any) slog.Attr { return slog.Any(key, value) }
