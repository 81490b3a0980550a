package overlay

import (
	"errors"
	"fmt"
	"go/version"
	"strings"

	"github.com/teleinstr/teleinstr/rewrite/cache"
)

// An environment is what the go command says of itself for a directory.
type environment struct {
	cache.Environment
	flags []arg // of GOFLAGS
}

// minVersion is the first version of Go that the runtime package compiles with.
const minVersion = "go1.26"

func readEnvironment(dir string) (*environment, error) {
	read, err := cache.ReadEnvironment(dir)
	if err != nil {
		return nil, err
	}
	e := &environment{Environment: read}
	flags, err := splitFlags(e.GOFLAGS)
	if err != nil {
		return nil, fmt.Errorf("GOFLAGS: %w", err)
	}
	for _, word := range flags {
		name, value, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		e.flags = append(e.flags, arg{words: []string{word}, flag: name, value: value})
	}
	switch {
	case e.GOMOD == "":
		return nil, errors.New("go: GO111MODULE=off: packages outside of modules cannot be instrumented; switch modules on")
	case version.IsValid(e.GOVERSION) && version.Compare(e.GOVERSION, minVersion) < 0:
		return nil, fmt.Errorf("go: this is %s, and the runtime package needs %s; update Go, or the toolchain that go.mod names", e.GOVERSION, minVersion)
	}
	return e, nil
}

// lookup returns the value of a flag from the command line, or else from GOFLAGS.
func (e *environment) lookup(c *CommandLine, flag string) (value string, ok bool) {
	if value, ok := c.Lookup(flag); ok {
		return value, true
	}
	for _, a := range e.flags {
		if a.flag == flag {
			value, ok = a.value, true
		}
	}
	return value, ok
}
