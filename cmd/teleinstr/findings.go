package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// findings are what lint prints.
type findings struct {
	diagnostics []scopes.Diagnostic
	rules       scopes.Selection
}

// fail reports whether there is more than hints.
func (f findings) fail() bool {
	return slices.ContainsFunc(f.diagnostics, func(d scopes.Diagnostic) bool { return f.rules.Level(d.Rule) == scopes.Error })
}

// relativeTo returns the findings with paths as users are shown them.
func (f findings) relativeTo(dir string) findings {
	f.diagnostics = slices.Clone(f.diagnostics)
	for i := range f.diagnostics {
		at := &f.diagnostics[i].Position
		at.Filename = relative(dir, at.Filename)
	}
	return f
}

// formats are the ways to print findings, by the name that --format has for them.
var formats = map[string]func(io.Writer, findings) error{
	"text":   writeText,
	"json":   writeFindings,
	"sarif":  writeSARIF,
	"github": writeGitHub,
}

const formatNames = "text, json, sarif or github"

// writeText writes a line a finding, and ends it with the rule to look up, or to switch off.
func writeText(w io.Writer, found findings) error {
	var out bytes.Buffer
	for _, d := range found.diagnostics {
		rule := string(d.Rule)
		if found.rules.Level(d.Rule) == scopes.Hint {
			rule = "hint: " + rule
		}
		fmt.Fprintf(&out, "%s (%s)\n", d, rule)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// A finding is a diagnostic for scripts.
type finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Rule    string `json:"rule"`
	Level   string `json:"level"` // error or hint
	Subject string `json:"subject,omitempty"`
	Message string `json:"message"`
	// Fix is what --fix would do; empty if that takes a person.
	Fix string `json:"fix,omitempty"`
}

func writeFindings(w io.Writer, found findings) error {
	rows := []finding{}
	for _, d := range found.diagnostics {
		row := finding{filepath.ToSlash(d.Position.Filename), d.Position.Line, d.Position.Column, string(d.Rule), found.rules.Level(d.Rule).String(), d.Subject, d.Message, ""}
		if d.Fix != nil {
			row.Fix = d.Fix.Message
		}
		rows = append(rows, row)
	}
	return writeJSON(w, rows)
}

// GitHub takes what follows a colon to the end of the line, and commas in properties, unless they are escaped: see
// toolkit/packages/core/src/command.ts of actions.
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub writes workflow commands, which GitHub shows as annotations of the lines that they name.
func writeGitHub(w io.Writer, found findings) error {
	var out bytes.Buffer
	for _, d := range found.diagnostics {
		command := "error"
		if found.rules.Level(d.Rule) == scopes.Hint {
			command = "notice"
		}
		message := d.Message
		if d.Subject != "" {
			message = d.Subject + ": " + message
		}
		fmt.Fprintf(&out, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", command, escapeProperty.Replace(filepath.ToSlash(d.Position.Filename)),
			d.Position.Line, d.Position.Column, escapeProperty.Replace("teleinstr "+string(d.Rule)), escapeData.Replace(message))
	}
	_, err := w.Write(out.Bytes())
	return err
}
