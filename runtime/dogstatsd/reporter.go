package telestatsd

import (
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/DataDog/datadog-go/v5/statsd"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// Options say what a Reporter sends. The zero Options are ready for use, with any statsd server.
type Options struct {
	// Namespace, and a dot, go in front of all names, unless it is empty.
	Namespace string
	// Tags are the keys of the attributes that become tags. "error" stands for whether the function of a timing
	// returned an error, error:true or error:false; the text of errors is not sent. An event without the attribute has no such tag.
	Tags []string
	// Distributions has timings and metrics sent as distributions, which only Datadog's agent knows.
	Distributions bool
	// Client are further options for the client. It sends no metrics about itself, and does not look for the container that it runs
	// in unless these say so, as other servers could do nothing with that. An error handler among them is not called: see Stats.
	Client []statsd.Option
}

// Stats count what has become of events and packets since the reporter was made.
type Stats struct {
	// Events is the number of events that the client took.
	Events uint64
	// Unfit is the number of those that were not: their value was no finite number.
	Unfit uint64
	// Late is the number of those that came after Close.
	Late uint64
	// Rejected is the number of those that the client did not take.
	Rejected uint64
	// PacketsDropped is the number of packets that found the queue full or could not be written, as where the system knows that
	// nobody listens.
	PacketsDropped uint64
}

// A Reporter sends events to a statsd server. It may be used concurrently.
type Reporter struct {
	options Options
	tagKeys []string // as they are sent
	client  *statsd.Client

	closed                                        atomic.Bool
	events, unfit, late, rejected, packetsDropped atomic.Uint64
}

var _ tele.Reporter = (*Reporter)(nil)

// errorTag is the key of the tag that tells whether there was an error.
const errorTag = "error"

// New returns a Reporter that sends to addr, as in 127.0.0.1:8125, and starts the goroutines of its client, which end with
// [Reporter.Close]. A host is looked up here, once. If addr is empty, the environment decides: DD_DOGSTATSD_URL, or DD_AGENT_HOST and
// DD_DOGSTATSD_PORT. Nil options stand for the zero Options.
//
// That nobody listens is no error.
func New(addr string, options *Options) (*Reporter, error) {
	r := new(Reporter)
	if options != nil {
		r.options = *options
	}
	if n := r.options.Namespace; n != "" && (cleanName("", n) != n || len(n) > maxName/2) {
		return nil, fmt.Errorf("namespace %q: no name of statsd; write %q", n, cleanName("", n)[:min(len(n), maxName/2)])
	}
	if err := r.setTags(); err != nil {
		return nil, err
	}
	all := append([]statsd.Option{statsd.WithoutOriginDetection()}, r.options.Client...)
	client, err := statsd.New(addr, append(all, statsd.WithoutTelemetry(), statsd.WithErrorHandler(r.clientError))...)
	if err != nil {
		return nil, err
	}
	r.client = client
	return r, nil
}

// setTags sets tagKeys.
func (r *Reporter) setTags() error {
	taken := map[string]string{}
	for _, key := range r.options.Tags {
		clean := replace(key, isKeyRune)
		other, isTaken := taken[clean]
		switch {
		case key == "":
			return fmt.Errorf("tag %q: no key", key)
		case len(key) > maxValue:
			return fmt.Errorf("tag %.20q…: longer than %d bytes", key, maxValue)
		case scopename.Reserved(key):
			return fmt.Errorf("tag %q: built-in metadata, not an attribute; choose another", key)
		case isTaken:
			return fmt.Errorf("tag %q: the tag %s is the attribute %q; choose another key", key, clean, other)
		}
		taken[clean] = key
		r.tagKeys = append(r.tagKeys, clean)
	}
	return nil
}

// RecordTiming implements [tele.Reporter].
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	if r.isClosed() {
		return
	}
	r.distribution(scope, milliseconds(duration), r.tags(metadata, true))
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	if r.isClosed() {
		return
	}
	value = value.Resolve()
	number, isNumber := asNumber(value)
	if !isNumber || math.IsNaN(number) || math.IsInf(number, 0) {
		r.unfit.Add(1)
		return
	}
	tags := r.tags(metadata, false)
	switch name := cleanName(r.options.Namespace, scope); {
	case metadata.MetricType() == "counter" && value.Kind() == slog.KindInt64:
		r.handed(r.client.Count(name, value.Int64(), tags, 1))
	case metadata.MetricType() == "gauge":
		r.handed(r.client.Gauge(name, number, tags, 1))
	default:
		r.distribution(scope, number, tags)
	}
}

// distribution sends one of the values whose distribution matters.
func (r *Reporter) distribution(path string, value float64, tags []string) {
	name := cleanName(r.options.Namespace, path)
	if r.options.Distributions {
		r.handed(r.client.Distribution(name, value, tags, 1))
		return
	}
	r.handed(r.client.TimeInMilliseconds(name, value, tags, 1))
}

func (r *Reporter) isClosed() bool {
	if r.closed.Load() {
		r.late.Add(1)
		return true
	}
	return false
}

func (r *Reporter) handed(err error) {
	if err != nil {
		r.rejected.Add(1)
		return
	}
	r.events.Add(1)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func asNumber(value slog.Value) (number float64, isNumber bool) {
	switch value.Kind() {
	case slog.KindInt64:
		return float64(value.Int64()), true
	case slog.KindUint64:
		return float64(value.Uint64()), true
	case slog.KindFloat64:
		return value.Float64(), true
	case slog.KindDuration:
		return milliseconds(value.Duration()), true
	case slog.KindBool:
		if value.Bool() {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// tags returns the tags of an event, in the order of the options. The last attribute of a key counts.
func (r *Reporter) tags(metadata tele.Metadata, timing bool) []string {
	var tags []string
	length := 0
	for i, key := range r.options.Tags {
		value := ""
		switch {
		case key != errorTag:
			value = attribute(metadata, key)
		case timing:
			value = fmt.Sprint(metadata.Err() != nil)
		}
		tag := r.tagKeys[i] + ":" + cleanValue(value)
		if value == "" || length+len(tag) > maxTags {
			continue
		}
		length += len(tag)
		tags = append(tags, tag)
	}
	return tags
}

func attribute(metadata tele.Metadata, key string) string {
	attrs := metadata.Attrs()
	for i := len(attrs) - 1; i >= 0; i-- {
		if attrs[i].Key == key {
			return attrs[i].Value.Resolve().String()
		}
	}
	return ""
}

// clientError is told by the client what it does not tell its callers.
func (r *Reporter) clientError(err error) {
	if _, isFull := err.(*statsd.ErrorInputChannelFull); isFull {
		r.rejected.Add(1)
		return
	}
	r.packetsDropped.Add(1)
}

// Stats returns what has become of events and packets until now.
func (r *Reporter) Stats() Stats {
	return Stats{
		Events: r.events.Load(), Unfit: r.unfit.Load(), Late: r.late.Load(), Rejected: r.rejected.Load(),
		PacketsDropped: r.packetsDropped.Load(),
	}
}

// Flush sends what has been added up and what waits for a packet to be full.
func (r *Reporter) Flush() error { return r.client.Flush() }

// Close does what Flush does, and ends the client. Events that come after it are counted, and not sent. It may be called again.
func (r *Reporter) Close() error {
	if r.closed.Swap(true) {
		return nil
	}
	return r.client.Close()
}
