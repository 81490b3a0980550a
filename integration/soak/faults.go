//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// A fault is something that goes wrong, and is put right again after a time.
type fault struct {
	name  string
	begin func(random *rand.Rand) (end func() error, err error)
}

// A plan has faults happen, one at a time, each kind before any comes again.
type plan struct {
	seed        uint64
	faults      []fault
	calm, storm time.Duration // between faults, and of a fault, at most
}

// A tally counts the faults that there have been.
type tally struct {
	mu    sync.Mutex
	count map[string]int
	err   error
}

// run has faults happen until ctx is done, and puts the last one right.
func (p plan) run(ctx context.Context, t *tally) {
	random := rand.New(rand.NewPCG(p.seed, 0))
	for {
		for _, i := range random.Perm(len(p.faults)) {
			if !sleep(ctx, part(random, p.calm)) {
				return
			}
			if err := p.faults[i].happen(ctx, random, part(random, p.storm)); err != nil {
				t.fail(fmt.Errorf("%s: %w", p.faults[i].name, err))
				return
			}
			t.add(p.faults[i].name)
		}
	}
}

func (f fault) happen(ctx context.Context, random *rand.Rand, length time.Duration) error {
	end, err := f.begin(random)
	if err != nil || end == nil {
		return err
	}
	sleep(ctx, length)
	return end()
}

// part returns between a tenth and all of d.
func part(random *rand.Rand, d time.Duration) time.Duration {
	return d/10 + time.Duration(random.Int64N(int64(d)*9/10+1))
}

// sleep reports whether d has gone by before ctx was done.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func (t *tally) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count[name]++
}

func (t *tally) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}
