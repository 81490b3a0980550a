package teleprom

import (
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
)

// A Reporter adds events up as metrics of Prometheus. It may be used concurrently. An event takes a lock for reading; one that makes
// a series waits for a scrape of its metric that is under way.
type Reporter struct {
	options  Options
	labels   []string // names of the labels that attributes become
	registry *prometheus.Registry
	timings  *family

	mu       sync.RWMutex
	families map[familyKey]*family
	owners   map[string]string // who has the names that are written out, in words

	overflowed prometheus.Counter
	dropped    *prometheus.CounterVec
	drops      [len(reasons)]prometheus.Counter
	failures   [len(reasons)]errlog.Limiter
	overflows  errlog.Limiter
}

var (
	_ tele.Reporter       = (*Reporter)(nil)
	_ prometheus.Gatherer = (*Reporter)(nil)
)

// A reason is why an event was dropped.
type reason int

const (
	collision reason = iota
	negative
	notFinite
	notANumber
	tooManyNames
)

var reasons = [...]string{
	collision: "collision", negative: "negative", notFinite: "not_finite", notANumber: "not_a_number", tooManyNames: "too_many_names",
}

// New returns a Reporter that has seen no events. Nil options stand for the zero Options. It is an error if the options
// contradict each other, and if Registerer has metrics of the names that every Reporter has: two reporters
// in one registry need namespaces of their own.
func New(options *Options) (*Reporter, error) {
	o := options.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	r := &Reporter{
		options:  o,
		labels:   o.labelNames(),
		registry: prometheus.NewRegistry(),
		families: map[familyKey]*family{},
		owners:   map[string]string{},
	}
	r.overflowed = prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: o.Namespace, Name: "events_overflowed_total", Help: "Events that were added up under _overflow, as a metric has too many series.",
	})
	r.dropped = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: o.Namespace, Name: "events_dropped_total", Help: "Events that were not recorded, by reason.",
	}, []string{"reason"})
	for i, reason := range reasons {
		r.drops[i] = r.dropped.WithLabelValues(reason)
	}
	r.timings = r.newFamily(histogramFamily, "scope_duration_seconds", "Duration of scopes.", o.Buckets, scopeLabel, errorLabel)
	if err := r.register(r.overflowed, r.dropped, r.timings.collector); err != nil {
		return nil, err
	}
	r.own("the reporter", o.Namespace+"_events_overflowed", counterSuffixes)
	r.own("the reporter", o.Namespace+"_events_dropped", counterSuffixes)
	r.own("timings", r.timings.name, histogramSuffixes)
	return r, nil
}

// register registers collectors here, and where the options want it: all of them or, on an error, none.
func (r *Reporter) register(collectors ...prometheus.Collector) error {
	registerers := []prometheus.Registerer{r.registry}
	if r.options.Registerer != nil {
		registerers = append(registerers, r.options.Registerer)
	}
	var undo []func() bool
	for _, c := range collectors {
		for _, to := range registerers {
			if err := to.Register(c); err != nil {
				for _, unregister := range undo {
					unregister()
				}
				return err
			}
			undo = append(undo, func() bool { return to.Unregister(c) })
		}
	}
	return nil
}

// RecordTiming implements [tele.Reporter].
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	failed := "false"
	if metadata.Err() != nil {
		failed = "true"
	}
	r.timings.series(r, scope, failed, metadata).histogram.Observe(duration.Seconds())
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	key := familyKey{name: scope}
	parent := metadata.ParentScope()
	if parent != "" && len(scope) > len(parent)+1 && scope[:len(parent)] == parent { // not so where the path was cut
		key.name = scope[len(parent)+1:]
	}
	number, isNumber := 0.0, false
	key.kind, number, isNumber = classify(metadata.MetricType(), value)
	finite := !math.IsNaN(number) && !math.IsInf(number, 0)
	switch {
	case !isNumber:
		r.drop(notANumber, slog.String("metric", brief(scope)))
		return
	case key.kind == counterFamily && number < 0:
		r.drop(negative, slog.String("metric", brief(scope)), slog.Float64("value", number))
		return
	case !finite && key.kind != gaugeFamily:
		r.drop(notFinite, slog.String("metric", brief(scope)), slog.Float64("value", number))
		return
	}
	f := r.family(key)
	switch {
	case f == nil:
		r.drop(tooManyNames, slog.String("metric", brief(scope)))
	case f.refused != "":
		r.drop(collision, slog.String("metric", brief(scope)), slog.String("name", f.name), slog.String("taken_by", f.refused))
	default:
		f.series(r, parent, "", metadata).record(number)
	}
}

// classify returns what a metric is in Prometheus, and its value in the base unit.
func classify(metricType string, value slog.Value) (k familyKind, number float64, isNumber bool) {
	value = value.Resolve()
	k = histogramFamily
	switch metricType {
	case "counter":
		k = counterFamily
	case "gauge":
		k = gaugeFamily
	}
	switch value.Kind() {
	case slog.KindInt64:
		return k, float64(value.Int64()), true
	case slog.KindUint64:
		return k, float64(value.Uint64()), true
	case slog.KindFloat64:
		return k, value.Float64(), true
	case slog.KindDuration:
		return secondsFamily, value.Duration().Seconds(), true
	case slog.KindBool:
		if value.Bool() {
			return k, 1, true
		}
		return k, 0, true
	}
	return k, 0, false
}

// drop counts an event that is not recorded, and logs it now and then.
func (r *Reporter) drop(why reason, attrs ...slog.Attr) {
	r.drops[why].Inc()
	r.failures[why].Log("telemetry: event dropped", append(attrs, slog.String("reason", reasons[why]))...)
}

// Gather implements [prometheus.Gatherer]. It returns the metrics of this reporter alone.
func (r *Reporter) Gather() ([]*dto.MetricFamily, error) {
	return r.registry.Gather()
}
