// Package sarif validates what lint --format sarif prints, against the official schema and against what GitHub code
// scanning asks for. It is a module of its own, because nothing but this test needs a validator. So go test
// does not notice when the command changes: run it with -count=1, as make test does.
package sarif
