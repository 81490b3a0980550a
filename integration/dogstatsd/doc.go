// Package dogstatsd has a real statsd server, that of Etsy, read what the reporter sends, and compares what it says to its
// console. The test installs the server by npm into build; it is skipped where there is none, and fails there if CI=true.
package dogstatsd
