// Package autoreport sets telemetry up from the environment, so that a program reports without a line of code for
// it. Programs that teleinstr go builds call it; others may:
//
//	func main() {
//		defer autoreport.Start()()
//		…
//	}
//
// With TELEINSTR_TELEMETRY=1, the variable TELEINSTR_REPORT says what becomes of what is recorded, in a list separated by
// commas:
//
//	tree    when the program ends, a table of its scopes, indented as they nest, and its metrics, on
//	        standard error
//	jsonl:FILE
//	        a line of JSON for each event, appended to the file, see package jsonl
//	log     a record of log/slog for each event, by the default logger of when the program starts, see package logs
//	exectrace
//	        tasks in the execution traces that the program records, as by go test -trace, see package exectrace
//	pproflabels
//	        labels in CPU profiles, as by go test -cpuprofile, see package pproflabels
//
// Further ones are known once a package is imported that makes them so: see [Register]. Anything else is an error, which is
// printed, and telemetry stays off; so is a report that cannot be made, such as one to a file that cannot be written, and a report without
// telemetry where TELEINSTR_TELEMETRY has another value, such as true. Without a value, and without telemetry, nothing is set up.
//
// What ends the program decides whether there is a report. The function that [Start] returns prints it: when main
// returns, and when a panic ends the main goroutine. [Exit] does so before os.Exit. [OnSignals] does so when
// a signal is about to end the program. There is none when another goroutine panics, on log.Fatal, on os.Exit
// without Exit, on SIGKILL and on fatal errors of the Go runtime.
package autoreport
