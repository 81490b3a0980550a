// Package markdown renders what list --format markdown prints, and wants every cell to say what the JSON format does. It is
// a module of its own, because nothing but this test needs a renderer. So go test does not notice when the command
// changes: run it with -count=1, as make test does.
package markdown
