// Package corpus proves the rewriter on code that nobody here wrote. [Run] takes the directory of any
// module and works on a copy: it puts a //tele:scope directive above every function, runs the teleinstr
// command the way a user would, and judges the result by what the module brings along, its own tests.
//
//	go test ./integration/corpus -v                    # sources of our own dependencies
//	go test ./integration/corpus -v -module ~/src/thing -run-tests='-short ./...'
//
// # What is checked
//
//   - list names a site for every directive, and says of each whether it is refused, and why. Refused
//     functions lose their directive and are counted by reason.
//   - generate succeeds and puts code into every function that is left; run again it changes nothing.
//   - A file that was formatted as gofmt does is so still.
//   - go vet finds nothing that it does not find in the original.
//   - The module's tests pass with telemetry off, and with telemetry on and a reporter in every test
//     process. One that fails in the original as well is reported, but held against nobody.
//   - After strip, git diff is empty.
//
// # How the copy comes to the runtime package
//
// Through a go.work file next to it, not a requirement in its go.mod. A requirement on a module for
// today's Go raises the go line of the one that requires it, and with it the language version: the code
// would not mean what it meant. In a workspace a module for go 1.15 stays one. What generated code
// imports is copied too, without the rest of our module, so that the versions of the dependencies stay.
package corpus
