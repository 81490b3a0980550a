package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// formats are the ways to print findings, by the name that --format has for them.
var formats = map[string]func(io.Writer, []scopes.Diagnostic) error{
	"text":   writeText,
	"json":   writeFindings,
	"sarif":  writeSARIF,
	"github": writeGitHub,
}

const formatNames = "text, json, sarif or github"

func writeText(w io.Writer, findings []scopes.Diagnostic) error {
	for _, d := range findings {
		fmt.Fprintln(w, d)
	}
	return nil
}

// A finding is a diagnostic for scripts.
type finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Rule    string `json:"rule"`
	Subject string `json:"subject,omitempty"`
	Message string `json:"message"`
	// Fix is what --fix would do; empty if that takes a person.
	Fix string `json:"fix,omitempty"`
}

func writeFindings(w io.Writer, findings []scopes.Diagnostic) error {
	rows := []finding{}
	for _, d := range findings {
		row := finding{d.Position.Filename, d.Position.Line, d.Position.Column, string(d.Rule), d.Subject, d.Message, ""}
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
func writeGitHub(w io.Writer, findings []scopes.Diagnostic) error {
	for _, d := range findings {
		message := d.Message
		if d.Subject != "" {
			message = d.Subject + ": " + message
		}
		fmt.Fprintf(w, "::error file=%s,line=%d,col=%d,title=%s::%s\n", escapeProperty.Replace(d.Position.Filename),
			d.Position.Line, d.Position.Column, escapeProperty.Replace("teleinstr "+string(d.Rule)), escapeData.Replace(message))
	}
	return nil
}
