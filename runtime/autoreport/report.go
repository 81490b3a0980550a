package autoreport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/exectrace"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
	"github.com/teleinstr/teleinstr/runtime/logs"
	"github.com/teleinstr/teleinstr/runtime/pproflabels"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

// A Report is a reporter that was set up, and what is to be done when the program ends.
type Report struct {
	Reporter tele.Reporter
	// Finish hands on what the reporter still has, and writes what there is to show to w. It should come to an end by itself,
	// for the program waits. It may be nil.
	Finish func(w io.Writer) error
}

// A Setup makes a report. The argument is what stands behind the name and a colon, empty without.
type Setup func(argument string) (Report, error)

var registry = struct {
	sync.Mutex
	setups map[string]Setup
}{setups: map[string]Setup{
	"tree": setupTree, "jsonl": setupJSONL,
	"log":         plain(func() tele.Reporter { return logs.New(slog.Default().Handler(), nil) }),
	"exectrace":   plain(func() tele.Reporter { return exectrace.New() }),
	"pproflabels": plain(func() tele.Reporter { return pproflabels.New() }),
}}

// Register makes a kind of report known by a name, which is to have no comma and no colon, for the variable TELEINSTR_REPORT. A
// package with a reporter calls it from an init function, so that to import it is enough. It panics if there is one of that name.
func Register(name string, setup Setup) {
	registry.Lock()
	defer registry.Unlock()
	if registry.setups[name] != nil {
		panic("autoreport: two reports are called " + name)
	}
	registry.setups[name] = setup
}

// elsewhere are the reports that packages register which a program may lack.
var elsewhere = map[string]string{
	"otlp":       "github.com/teleinstr/teleinstr/runtime/otel/auto",
	"prometheus": "github.com/teleinstr/teleinstr/runtime/prometheus/auto",
	"dogstatsd":  "github.com/teleinstr/teleinstr/runtime/dogstatsd/auto",
}

// setUp makes the reports that a list asks for: NAME or NAME:ARGUMENT, separated by commas. If one cannot be made, those
// before it are finished again.
func setUp(list string) (reports []Report, err error) {
	for word := range strings.SplitSeq(list, ",") {
		name, argument, _ := strings.Cut(strings.TrimSpace(word), ":")
		report, err := setUpOne(name, argument)
		if err != nil {
			return nil, errors.Join(err, finishAll(reports, io.Discard))
		}
		reports = append(reports, report)
	}
	return reports, nil
}

func setUpOne(name, argument string) (Report, error) {
	registry.Lock()
	setup := registry.setups[name]
	names := slices.Sorted(maps.Keys(registry.setups))
	registry.Unlock()
	switch {
	case setup == nil && elsewhere[name] != "":
		return Report{}, fmt.Errorf("%q takes a package that is not in this program; import _ %q", name, elsewhere[name])
	case setup == nil:
		return Report{}, fmt.Errorf("%q is no report; write %s", name, strings.Join(names, ", "))
	}
	report, err := setup(argument)
	if err == nil && report.Reporter == nil {
		err = errors.New("it has no reporter")
	}
	if err != nil {
		return Report{}, fmt.Errorf("%s: %w", name, err)
	}
	if finish := report.Finish; finish != nil {
		report.Finish = func(w io.Writer) error { return prefixed(name, finish(w)) }
	}
	return report, nil
}

// prefixed returns an error, each line of which begins with a prefix and a colon.
func prefixed(prefix string, err error) error {
	if err == nil {
		return nil
	}
	return errors.New(prefix + ": " + strings.ReplaceAll(err.Error(), "\n", "\n"+prefix+": "))
}

// finishAll finishes reports in order, whatever becomes of those before.
func finishAll(reports []Report, w io.Writer) error {
	var errs []error
	for _, r := range reports {
		if r.Finish != nil {
			errs = append(errs, r.Finish(w))
		}
	}
	return errors.Join(errs...)
}

// noArgument returns an error if there is an argument.
func noArgument(argument string) error {
	if argument != "" {
		return fmt.Errorf("%q: takes no argument", argument)
	}
	return nil
}

// plain returns the set-up of a reporter that takes no argument and has nothing to finish.
func plain(newReporter func() tele.Reporter) Setup {
	return func(argument string) (Report, error) {
		return Report{Reporter: newReporter()}, noArgument(argument)
	}
}

func setupTree(argument string) (Report, error) {
	r := simple.New(nil)
	return Report{r, r.WriteReport}, noArgument(argument)
}

// finishWithin bounds how long the program waits for a file or a connection when it ends.
const finishWithin = 5 * time.Second

func setupJSONL(path string) (Report, error) {
	if path == "" {
		return Report{}, errors.New("no file; write jsonl:FILE")
	}
	r, err := jsonl.Open(path, nil)
	if err != nil {
		return Report{}, err
	}
	return Report{r, func(io.Writer) error {
		ctx, cancel := context.WithTimeout(context.Background(), finishWithin)
		defer cancel()
		err := r.Close(ctx)
		if n := r.Dropped(); n > 0 {
			err = errors.Join(err, fmt.Errorf("%d events were dropped", n))
		}
		return prefixed(path, err)
	}}, nil
}

// reportersOf returns the reporters of reports.
func reportersOf(reports []Report) []tele.Reporter {
	var out []tele.Reporter
	for _, r := range reports {
		out = append(out, r.Reporter)
	}
	return out
}
