package summary

import (
	"math/rand/v2"
	"time"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/spantree"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// Options say what a Collector keeps. The zero Options are ready for use.
type Options struct {
	// MaxPaths is the number of paths of timings, and that of metrics; 20,000 if it is zero.
	MaxPaths int
	// Details asks for Timing.Details, Metric.Series and Summary.Spans, which take time and memory.
	Details bool
	// Samples asks for Timing.Samples and Timing.Runs, with so many samples at most.
	Samples int
}

// A Collector adds up events. It is for one goroutine.
type Collector struct {
	options  Options
	streams  map[string]*Stream
	order    []*Stream
	stream   *jsonl.Stream // of the last event
	current  *Stream       // the same
	timings  map[string]*timing
	metrics  map[metricKey]*Metric
	coverage *coverage
	spans    *spantree.Assembler // nil without details
	chance   *rand.Rand
	summary  Summary
}

// New returns a Collector.
func New(options Options) *Collector {
	if options.MaxPaths <= 0 {
		options.MaxPaths = 20_000
	}
	c := &Collector{
		options: options, streams: map[string]*Stream{}, timings: map[string]*timing{}, metrics: map[metricKey]*Metric{},
		coverage: newCoverage(),
		chance:   rand.New(rand.NewPCG(1, 2)), // the same each time, so that the same recording gives the same summary
	}
	if options.Details {
		c.spans = spantree.New(spantree.Options{MaxWaiting: 100_000, MaxSize: maxSpans})
	}
	return c
}

// A timing is what is known of a path.
type timing struct {
	path, parent string
	errors       int64
	durations    distribution
	calls        int64
	covered      time.Duration // by scopes inside, of those whose scope around them is known
	insideOf     time.Duration // of scopes inside, of which no more is known than the path of the one around them
	details      *details
	samples      *samples // nil if none are asked for
}

// maxName is the length of paths and other names. No reporter of ours writes longer ones.
const maxName = 16 << 10

// Add adds an event, and keeps its attributes.
func (c *Collector) Add(e *jsonl.Event) {
	c.summary.Events++
	if len(e.Stream.Name) <= maxName {
		c.number(e)
	}
	if max(len(e.Scope), len(e.ParentScope), len(e.MetricType), len(e.Stream.Name)) > maxName {
		c.summary.Omitted++
		return
	}
	c.extend(e)
	if e.Timing {
		c.addTiming(e)
		return
	}
	c.addMetric(e)
}

func (c *Collector) extend(e *jsonl.Event) {
	if start := &c.summary.Start; !e.StartWallTime.IsZero() && (start.IsZero() || e.StartWallTime.Before(start.Time)) {
		start.Time = e.StartWallTime
	}
	if e.EndWallTime.After(c.summary.End.Time) {
		c.summary.End.Time = e.EndWallTime
	}
}

// number notes the number of an event in its stream.
func (c *Collector) number(e *jsonl.Event) {
	if e.Stream != c.stream {
		c.stream = e.Stream
		c.current = c.streamOf(e.Stream)
	}
	s := c.current
	s.Events++
	s.last = max(s.last, e.Seq)
}

func (c *Collector) streamOf(of *jsonl.Stream) *Stream {
	s := c.streams[of.Name]
	if s == nil {
		s = &Stream{Name: of.Name}
		c.streams[of.Name] = s
		c.order = append(c.order, s)
	}
	if s.Program == "" {
		s.Program, s.PID, s.Start.Time = of.Program, of.PID, of.ProcessStart
	}
	return s
}

func (c *Collector) addTiming(e *jsonl.Event) {
	t := c.timing(e.Scope, e.ParentScope)
	if t == nil {
		c.summary.Omitted++
		return
	}
	t.calls++
	t.durations.add(e.Duration)
	if t.samples != nil {
		t.samples.add(c, e.Duration)
	}
	message, failed := ErrorOf(e)
	if failed {
		t.errors++
	}
	c.cover(t, e)
	if c.spans != nil {
		kept := *e
		kept.Attrs = Shorten(e.Attrs)
		t.detail().add(&kept, message, failed, c.spans.Add(kept))
	}
}

// cover notes that the scope around e was not alone while e ran, and how much of e itself was covered.
func (c *Collector) cover(t *timing, e *jsonl.Event) {
	if e.ID != 0 {
		t.covered += c.coverage.take(e)
	}
	switch {
	case e.ParentID != 0:
		c.coverage.add(e)
	case e.ParentScope != "":
		if parent := c.timing(e.ParentScope, ""); parent != nil {
			parent.insideOf += e.Duration
		}
	}
}

// timing returns what is known of a path, nil if it is one too many.
func (c *Collector) timing(path, parent string) *timing {
	t := c.timings[path]
	if t == nil {
		if len(c.timings) >= c.options.MaxPaths {
			return nil
		}
		t = &timing{path: path}
		if c.options.Samples > 0 {
			t.samples = &samples{runs: map[*Stream]*run{}}
		}
		c.timings[path] = t
	}
	if t.parent == "" {
		t.parent = parent
	}
	return t
}
