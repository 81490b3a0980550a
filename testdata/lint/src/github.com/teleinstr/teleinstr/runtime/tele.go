// Package tele stands in for the runtime package.
package tele

import (
	"context"
	"log/slog"
)

type Scope struct{}

const Compiled = true

func (Scope) End()                                        {}
func (Scope) EndErr(err *error)                           {}
func (Scope) Context(ctx context.Context) context.Context { return ctx }

type Telemetry struct{}

func (*Telemetry) Start(ctx context.Context, name string, attrs ...slog.Attr) (context.Context, Scope) {
	return ctx, Scope{}
}

func Enabled() bool { return false }

func Start(ctx context.Context, name string, attrs ...slog.Attr) (context.Context, Scope) {
	return ctx, Scope{}
}
func Time(ctx context.Context, name string, attrs ...slog.Attr) func()            { return func() {} }
func Count(ctx context.Context, name string, increment int64, attrs ...slog.Attr) {}
func Gauge(ctx context.Context, name string, value float64, attrs ...slog.Attr)   {}
func Try(key string, value func() any) slog.Attr                                  { return slog.Any(key, value()) }
func Int(key string, value int) slog.Attr                                         { return slog.Int(key, value) }
