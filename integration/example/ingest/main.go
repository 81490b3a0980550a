// Command ingest reads the request logs in a directory, whatever their format, and writes a summary of
// the requests by route.
//
//	ingest [-o summary.json] [-workers n] directory
//
// It is the example of teleinstr: an ordinary program whose functions say in //tele: directives what is
// worth knowing about them. To the go command they are comments. Run by "teleinstr go run" it does the same, and with
// TELEINSTR_TELEMETRY=1 and TELEINSTR_REPORT=tree it prints a report at the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
}

// run ingests a directory and says on stdout what came of it, and on stderr what had to be left out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("ingest", flag.ExitOnError)
	output := flags.String("o", "summary.json", "write the summary to this `file`")
	workers := flags.Int("workers", runtime.NumCPU(), "read `n` files at a time")
	flags.Parse(args)
	if flags.NArg() != 1 {
		return errors.New("give one directory to read")
	}

	pipeline := Pipeline{Workers: *workers}
	summary, err := pipeline.Run(ctx, flags.Arg(0))
	if err != nil {
		return err
	}
	if err := summary.WriteFile(*output); err != nil {
		return err
	}
	for _, reason := range append(summary.Skipped, summary.Rejected...) {
		fmt.Fprintln(stderr, reason)
	}
	fmt.Fprintf(stdout, "requests: %d, files: %d, lines rejected: %d, files skipped: %d\n",
		summary.Requests, summary.Files, len(summary.Rejected), len(summary.Skipped))
	return nil
}
