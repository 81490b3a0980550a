// Command soak runs a service for a long time while its reporters are made to fail, and holds that the service does not notice,
// that its memory is bounded, and that each event is delivered or counted as dropped.
//
//	go run . -duration 20m
//
// The service in service/ gets a directive on every function, from teleinstr annotate, and is built twice: by go build, and by
// teleinstr go build, to report to jsonl, otlp and prometheus at once. Both get the same requests, and are to give the same
// answers. Meanwhile
//
//   - the OpenTelemetry Collector is killed, or stopped, and comes back after a while;
//   - the disk is full, or hangs, and lines can be written in part only; the file, or its directory, is renamed or removed;
//   - scrapes are read byte by byte, or not at all, by dozens at once.
//
// What happens when follows from -seed alone, but for what time the machine takes. At the end, everything works again, the service is
// asked to end, and what has arrived is compared with what the reporters say. The figures are a table in Markdown on standard output;
// the exit status is 1 if anything is not as it should be. It runs in its own directory, and needs Linux. Twenty minutes
// take about a gigabyte for files, which are removed unless -dir says where to keep them.
package main
