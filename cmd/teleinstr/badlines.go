package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// badLines are the lines of recordings that cannot be read.
type badLines struct {
	first []error
	count int
	torn  int
}

const maxBadLines = 10

// add notes a line. One that is cut short is what a crash leaves.
func (b *badLines) add(err error) {
	if errors.Is(err, jsonl.ErrTorn) {
		b.torn++
	}
	b.count++
	if len(b.first) < maxBadLines {
		b.first = append(b.first, err)
	}
}

// report prints what is wrong, and returns errFindings if it is more than what a crash leaves.
func (b *badLines) report(w io.Writer) error {
	for _, err := range b.first {
		fmt.Fprintln(w, err)
	}
	if more := b.count - len(b.first); more > 0 {
		fmt.Fprintf(w, "teleinstr: %s that cannot be read\n", count(more, "more line", "more lines"))
	}
	if b.count > b.torn {
		return errFindings
	}
	return nil
}
