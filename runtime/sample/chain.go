package sample

import (
	"context"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

type chainKey struct{}

// A chain is what scopes that begin with one root have in common. All wrappers of a process share it.
type chain struct {
	draw float64
	// The start of the root, or of the first scope below it that was told. Another wrapper that is told of the same finds
	// the chain there already.
	path  string
	start time.Duration
}

// draw returns what the chain of a scope that starts has drawn, and a context that holds it.
func (r *Reporter) draw(ctx context.Context, path string, metadata tele.Metadata) (context.Context, float64) {
	c, _ := ctx.Value(chainKey{}).(*chain)
	if c != nil && (metadata.Depth() > 0 || c.path == path && c.start == metadata.StartMonotonic()) {
		return ctx, c.draw
	}
	c = &chain{path: path, start: metadata.StartMonotonic()}
	c.draw = rand.Float64()
	if r.options.TraceID != nil {
		if id := r.options.TraceID(ctx); id != "" {
			c.draw = share(id)
		}
	}
	return context.WithValue(ctx, chainKey{}, c), c.draw
}

// drawOf returns what the chain of an event has drawn. An event without one draws for itself: a metric outside of any scope, and one
// that comes by way of a reporter that keeps starts to itself.
func drawOf(ctx context.Context) float64 {
	if c, ok := ctx.Value(chainKey{}).(*chain); ok {
		return c.draw
	}
	return rand.Float64()
}

// share returns a number at least 0 and less than 1 that depends on text, and on every letter of it alike.
func share(text string) float64 {
	h := fnv.New64a()
	io.WriteString(h, text)
	n := h.Sum64()
	// FNV leaves the high bits of texts that differ in their last letters alike: stir them, as the finalizer of MurmurHash3 does.
	n = (n ^ n>>33) * 0xff51afd7ed558ccd
	n = (n ^ n>>33) * 0xc4ceb9fe1a85ec53
	n ^= n >> 33
	return float64(n>>11) / (1 << 53)
}
