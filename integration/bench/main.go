// Command bench compares telemetry with what one would use instead, and with its budgets, all in one process
// and by turns, and prints one table.
//
//	go run .
//
// A row is the median of all rounds, with half the distance between the quartiles as its spread. A ratio is
// that of a subject to its yardstick within a round: it says how many times as long the subject took.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"text/tabwriter"
	"time"
)

// ballast is what the program keeps in memory, in bytes, as one of some size would: the less there is, the more
// often the collector of garbage runs.
const ballast = 64 << 20

func main() {
	rounds := flag.Int("rounds", 101, "number of `rounds`")
	each := flag.Duration("each", 3*time.Millisecond, "`time` for each subject in each round")
	flag.Parse()
	kept := make([]byte, ballast)
	defer runtime.KeepAlive(kept)
	fmt.Printf("%s %s/%s, %d CPUs, %d MiB kept in memory, median of %d rounds\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), ballast>>20, *rounds)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "\tns\t±\tB\tallocs\tratio\t±\tto\tbudget\tverdict")
	for _, p := range []func() phase{offPhase, onPhase, tracePhase} {
		p := p()
		fmt.Fprintf(out, "%s\t\t\t\t\t\t\t\t\t\n", p.name)
		for _, r := range p.measure(*rounds, *each) {
			r.print(out)
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (r *result) print(w io.Writer) {
	ns, spread := median(r.ns)
	bytes, _ := median(r.bytes)
	allocs, _ := median(r.allocs)
	fmt.Fprintf(w, "  %s\t%.2f\t%.2f\t%.0f\t%.0f\t", r.name, ns, spread, bytes, allocs)
	if r.against == nil {
		fmt.Fprintln(w, "\t\t\t\t")
		return
	}
	ratio, spread := median(r.ratios())
	fmt.Fprintf(w, "%.2f\t%.2f\t%s\t", ratio, spread, r.yardstick)
	if r.budget == nil {
		fmt.Fprintln(w, "\t")
		return
	}
	verdict := "missed"
	if r.budget.kept(r) {
		verdict = "kept"
	}
	fmt.Fprintf(w, "%s\t%s\n", r.budget.text, verdict)
}
