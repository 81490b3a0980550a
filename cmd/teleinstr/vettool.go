package main

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/teleinstr/teleinstr/scopes/scopelint"
)

// isVetTool reports whether go vet -vettool, or go fix -fixtool, has started the process: it asks for the
// version or the flags, or names a configuration file last. See package unitchecker.
func isVetTool(args []string) bool {
	isFlag := func(arg string) bool { return strings.HasPrefix(arg, "-") }
	last := len(args) - 1
	return len(args) > 0 && (slices.Contains([]string{"-V=full", "-flags"}, args[0]) ||
		strings.HasSuffix(args[last], ".cfg") && !slices.ContainsFunc(args[:last], func(arg string) bool { return !isFlag(arg) }))
}

// vetTool runs as the go command wants it, and does not return.
func vetTool() { unitchecker.Main(scopelint.Analyzer) }
