package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

var errTooLate = errors.New("it takes too long")

// A pool runs jobs in goroutines of its own, one after the other.
type pool struct {
	tasks   chan task
	workers sync.WaitGroup
}

// A job is something to do with an input.
type job struct {
	kind  string
	input []byte
}

// A task is a job that somebody waits for.
type task struct {
	ctx  context.Context
	job  job
	done chan<- outcome
}

// A result is what a job has made of its input.
type result struct {
	Kind   string
	Words  int
	Digest uint32
}

type outcome struct {
	result result
	err    error
}

func newPool(workers int) *pool {
	p := &pool{tasks: make(chan task)}
	for range workers {
		p.workers.Go(p.work)
	}
	return p
}

func (p *pool) close() {
	close(p.tasks)
	p.workers.Wait()
}

func (p *pool) work() {
	for t := range p.tasks {
		p.run(t)
	}
}

// run runs a job in a goroutine of its own if the job may end that.
func (p *pool) run(t task) {
	if t.job.kind != "exit" {
		t.done <- runSafely(t.ctx, t.job)
		return
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		exit(t)
	}()
	<-ended
}

// exit tells, and ends its goroutine.
func exit(t task) {
	defer func() { t.done <- outcome{err: fmt.Errorf("job ended, %v", recover())} }()
	runtime.Goexit()
}

// do has a job done, and waits for that, or until ctx is done.
func (p *pool) do(ctx context.Context, j job) (result, error) {
	done := make(chan outcome, 1)
	if j.kind == "never" { // occupies no worker
		<-ctx.Done()
		return result{}, context.Cause(ctx)
	}
	select {
	case p.tasks <- task{ctx, j, done}:
	case <-ctx.Done():
		return result{}, context.Cause(ctx)
	}
	o := <-done
	return o.result, o.err
}

// A jobPanic is what a job has panicked with.
type jobPanic struct {
	value any
	at    string
}

func (p *jobPanic) Error() string { return fmt.Sprintf("job panicked: %v at %s", p.value, p.at) }

// runSafely runs a job, whatever that does.
func runSafely(ctx context.Context, j job) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o.err = &jobPanic{p, panicPlace()}
		}
	}()
	r, err := runJob(ctx, j)
	return outcome{r, err}
}

func runJob(ctx context.Context, j job) (r result, err error) {
	r.Kind = j.kind
	words := bytes.Fields(j.input)
	switch j.kind {
	case "count":
		r.Words = len(words)
	case "digest":
		for _, word := range words {
			r.Digest = combine(ctx, r.Digest, word)
		}
	case "index":
		at := len(words)
		r.Words = len(words[at]) // which there is not
	default:
		return result{}, badRequest{fmt.Errorf("kind of job %q", j.kind)}
	}
	if len(words) == 0 {
		return r, errors.New("nothing to do")
	}
	return r, ctx.Err()
}

func combine(ctx context.Context, digest uint32, word []byte) uint32 {
	return digest*31 + checksum(ctx, word)
}
