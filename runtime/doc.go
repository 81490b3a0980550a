// Package tele times scopes and records metrics, in chains that follow [context.Context].
package tele // import "github.com/teleinstr/teleinstr/runtime"
