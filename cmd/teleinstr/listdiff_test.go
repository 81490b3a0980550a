package main

import (
	"strings"
	"testing"
)

// endless is input that does not come to an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestListingTooLarge(t *testing.T) {
	if _, err := readRows(endless{}, "-"); err == nil || !strings.HasPrefix(err.Error(), "--diff -: more than 64 MiB, ") {
		t.Errorf("got %v", err)
	}
}
