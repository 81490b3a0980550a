package teleprom

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	tele "github.com/teleinstr/teleinstr/runtime"
)

const (
	// overflow is the label of what is beyond the bounds. It is no scope name of the strict form.
	overflow = "_overflow"
	// maxText is the length in bytes of the texts that are kept: label values and the names of metrics.
	maxText = 128
)

// A familyKind is what a metric is in Prometheus.
type familyKind uint8

const (
	histogramFamily familyKind = iota
	secondsFamily              // histogram of durations
	counterFamily
	gaugeFamily
)

// A familyKey is what makes a metric in the program.
type familyKey struct {
	name string
	kind familyKind
}

// Suffixes of the names that a metric takes up, in the formats that there are.
var (
	counterSuffixes   = []string{"", "_total"}
	gaugeSuffixes     = []string{""}
	histogramSuffixes = []string{"", "_bucket", "_count", "_sum"}
)

// A family is a metric of Prometheus with its series.
type family struct {
	name      string
	collector prometheus.Collector
	make      func(labels []string) series
	refused   string // who has the name, if it is taken: there are no series then
	fixed     int    // number of labels that are no attributes, 1 or 2

	mu   sync.RWMutex
	all  map[seriesKey]series
	more map[seriesKey]series // beyond the bound
}

// A seriesKey holds the values of labels. Those of attributes are in rest, each with its length in front.
type seriesKey struct {
	scope, failed, rest string
}

// A series is what events are added up in. One of its fields is set.
type series struct {
	histogram prometheus.Observer
	counter   prometheus.Counter
	gauge     prometheus.Gauge
}

func (s series) record(number float64) {
	switch {
	case s.histogram != nil:
		s.histogram.Observe(number)
	case s.counter != nil:
		s.counter.Add(number)
	case s.gauge != nil:
		s.gauge.Set(number)
	}
}

// newFamily returns a family that is not registered.
func (r *Reporter) newFamily(kind familyKind, name, help string, buckets []float64, fixed ...string) *family {
	f := &family{
		name: r.options.Namespace + "_" + name, fixed: len(fixed),
		all: map[seriesKey]series{}, more: map[seriesKey]series{},
	}
	labels := append(fixed, r.labels...)
	switch kind {
	case counterFamily:
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: f.name, Help: help}, labels)
		f.collector = vec
		f.make = func(values []string) series { return series{counter: vec.WithLabelValues(values...)} }
	case gaugeFamily:
		vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: f.name, Help: help}, labels)
		f.collector = vec
		f.make = func(values []string) series { return series{gauge: vec.WithLabelValues(values...)} }
	default:
		vec := prometheus.NewHistogramVec(r.histogramOpts(f.name, help, buckets), labels)
		f.collector = vec
		f.make = func(values []string) series { return series{histogram: vec.WithLabelValues(values...)} }
	}
	return f
}

func (r *Reporter) histogramOpts(name, help string, buckets []float64) prometheus.HistogramOpts {
	opts := prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}
	if r.options.BucketFactor > 1 {
		opts.NativeHistogramBucketFactor = r.options.BucketFactor
		opts.NativeHistogramMaxBucketNumber = r.options.MaxBuckets
		opts.NativeHistogramMinResetDuration = time.Hour
	} else if len(buckets) == 0 {
		opts.Buckets = []float64{math.Inf(1)} // without any, there would be those of client_golang
	}
	return opts
}

// family returns the family of a metric, nil if there are too many.
func (r *Reporter) family(key familyKey) *family {
	r.mu.RLock()
	f := r.families[key]
	full := len(r.families) >= r.options.MaxNames
	r.mu.RUnlock()
	if f != nil || full {
		return f
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.families[key]; f != nil || len(r.families) >= r.options.MaxNames {
		return f
	}
	key.name = strings.Clone(key.name) // it may be part of a long path
	f = r.addFamily(key)
	r.families[key] = f
	return f
}

// addFamily registers the family of a metric. It is refused if its name is taken.
func (r *Reporter) addFamily(key familyKey) *family {
	name, suffixes := sanitize(brief(key.name)), histogramSuffixes
	owner := fmt.Sprintf("the metric %q", brief(key.name))
	buckets := r.options.ValueBuckets
	switch key.kind {
	case counterFamily:
		name, suffixes = strings.TrimSuffix(name, "_total")+"_total", counterSuffixes
		owner = fmt.Sprintf("the counter %q", brief(key.name))
	case gaugeFamily:
		suffixes = gaugeSuffixes
		owner = fmt.Sprintf("the gauge %q", brief(key.name))
	case secondsFamily:
		name, buckets = strings.TrimSuffix(name, "_seconds")+"_seconds", r.options.Buckets
	}
	f := r.newFamily(key.kind, name, "Recorded by "+owner+".", buckets, scopeLabel)
	base := strings.TrimSuffix(f.name, "_total")
	if key.kind != counterFamily {
		base = f.name
	}
	if f.refused = r.taken(base, suffixes); f.refused != "" {
		return f
	}
	if err := r.register(f.collector); err != nil {
		f.refused = err.Error()
		return f
	}
	r.own(owner, base, suffixes)
	return f
}

// taken returns who has one of the names, empty if nobody has.
func (r *Reporter) taken(base string, suffixes []string) string {
	for _, suffix := range suffixes {
		if owner := r.owners[base+suffix]; owner != "" {
			return owner
		}
	}
	return ""
}

func (r *Reporter) own(owner, base string, suffixes []string) {
	for _, suffix := range suffixes {
		r.owners[base+suffix] = owner
	}
}

// series returns the series of an event: its own, or, beyond the bound, that of its scope, or that of all scopes.
func (f *family) series(r *Reporter, scope, failed string, metadata tele.Metadata) series {
	key := seriesKey{scope, failed, ""}
	if len(scope) > maxText {
		key.scope = brief(scope)
	}
	var values []string
	if len(r.labels) > 0 {
		values = r.attributes(metadata)
		key.rest = join(values)
	}
	f.mu.RLock()
	s, ok := f.all[key]
	f.mu.RUnlock()
	if !ok {
		s = f.newSeries(r, key, values)
	}
	return s
}

func (f *family) newSeries(r *Reporter, key seriesKey, values []string) series {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, ok := f.all[key]; ok {
		return s
	}
	if len(f.all) < r.options.MaxSeries {
		return f.add(f.all, key, values)
	}
	r.overflowed.Inc()
	r.overflows.Log("telemetry: too many series; further ones are added up as _overflow",
		slog.String("metric", f.name), slog.Int("max_series", r.options.MaxSeries), slog.String("scope", key.scope))
	for i := range values {
		values[i] = overflow
	}
	key.rest = join(values)
	if s, ok := f.more[key]; ok && len(values) > 0 {
		return s
	}
	if len(values) == 0 || len(f.more) >= r.options.MaxSeries {
		key.scope = overflow
	}
	if s, ok := f.more[key]; ok {
		return s
	}
	return f.add(f.more, key, values)
}

// add makes a series with the values of the labels.
func (f *family) add(to map[seriesKey]series, key seriesKey, values []string) series {
	key.scope = strings.Clone(key.scope)
	labels := []string{validText(key.scope), key.failed}[:f.fixed]
	s := f.make(append(labels, values...))
	to[key] = s
	return s
}

// attributes returns the values of the attributes that are labels. The last attribute of a key counts.
func (r *Reporter) attributes(metadata tele.Metadata) []string {
	values := make([]string, len(r.labels))
	for _, a := range metadata.Attrs() {
		for i, key := range r.options.Labels {
			if a.Key == key {
				values[i] = validText(brief(a.Value.Resolve().String()))
			}
		}
	}
	return values
}

// join returns texts as one, from which they can be told.
func join(values []string) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(strconv.Itoa(len(v)))
		b.WriteByte(':')
		b.WriteString(v)
	}
	return b.String()
}

// brief returns text, cut if it is long.
func brief(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

func validText(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
