// Package golangci makes the analyzer of package scopelint a module plugin of golangci-lint, version 2, by the name of
// teleinstr. It is a module of its own, so that nobody else needs what golangci-lint asks of plugins.
//
// # Building
//
// The file .custom-gcl.yml says what golangci-lint custom is to build, and from which versions; the result is the
// program custom-gcl:
//
//	version: v2.15.0
//	plugins:
//	  - module: github.com/teleinstr/teleinstr/scopes/scopelint/golangci
//	    version: latest
//
// # Running
//
// Then .golangci.yml enables the linter. Its settings are lists of rules, those of
// teleinstr lint (docs/lint.md): what stands in the list enable is reported even if it is a hint by nature.
//
//	version: "2"
//	linters:
//	  enable:
//	    - teleinstr
//	  settings:
//	    custom:
//	      teleinstr:
//	        type: module
//	        description: checks tele directives and calls of the telemetry runtime
//	        original-url: https://github.com/teleinstr/teleinstr
//	        settings:
//	          enable: [no-context]
//	          disable: [metric-kind]
//
// A finding ends in the rule that it is about; exclusions may go by that (text: '\(name\)$'). //nolint:teleinstr in the doc comment of a function, or on the line of a finding,
// suppresses findings; --fix applies fixes.
package golangci
