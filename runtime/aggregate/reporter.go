package aggregate

import (
	"expvar"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/DataDog/sketches-go/ddsketch/mapping"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// Options say what a Reporter keeps. The zero Options are ready for use.
type Options struct {
	// MaxNames is the number of names at most, 1000 if it is zero.
	MaxNames int
	// Quantiles are those to compute, between 0 and 1; 0.5, 0.9 and 0.99 if it is nil.
	Quantiles []float64
	// Accuracy is by which part of itself a quantile may be off, between 0.001 and 0.5; 0.01 if it is zero. A name takes
	// as much more memory as this is less.
	Accuracy float64
}

// A Reporter adds events up. It may be used concurrently, and is an [expvar.Var].
type Reporter struct {
	options Options
	labels  []string // of the quantiles
	mapping mapping.IndexMapping

	mu      sync.RWMutex // held for reading while an event is added, so that Reset finds none half-way
	entries map[key]entry
	dropped atomic.Int64
	unfit   atomic.Int64
}

var (
	_ tele.Reporter = (*Reporter)(nil)
	_ expvar.Var    = (*Reporter)(nil)
)

// A kind is what values are added up as.
type kind uint8

const (
	scopes kind = iota
	counters
	gauges
	values
	durations
)

type key struct {
	name string
	kind kind
}

// New returns a Reporter that has seen no events. Nil options stand for the zero Options. It is an error if they are out of
// their ranges.
func New(options *Options) (*Reporter, error) {
	r := &Reporter{entries: map[key]entry{}}
	if options != nil {
		r.options = *options
	}
	if r.options.MaxNames <= 0 {
		r.options.MaxNames = 1000
	}
	if r.options.Quantiles == nil {
		r.options.Quantiles = []float64{0.5, 0.9, 0.99}
	}
	if r.options.Accuracy == 0 {
		r.options.Accuracy = 0.01
	}
	if a := r.options.Accuracy; !(a >= 0.001 && a <= 0.5) {
		return nil, fmt.Errorf("accuracy %v: must be between 0.001 and 0.5", a)
	}
	for _, q := range r.options.Quantiles {
		if !(q >= 0 && q <= 1) {
			return nil, fmt.Errorf("quantile %v: must be between 0 and 1", q)
		}
		r.labels = append(r.labels, "p"+strconv.FormatFloat(100*q, 'g', 10, 64)) // 10: 100*0.07 is not 7
	}
	m, err := mapping.NewLogarithmicMapping(r.options.Accuracy)
	if err != nil {
		return nil, err
	}
	r.mapping = m
	return r, nil
}

// Publish makes r known to package expvar by a name. A name can be published once in a process.
func (r *Reporter) Publish(name string) error {
	publishing.Lock()
	defer publishing.Unlock()
	if expvar.Get(name) != nil {
		return fmt.Errorf("expvar %q: published already; choose another name", name)
	}
	expvar.Publish(name, r)
	return nil
}

// publishing is held so that two reporters do not find a name free, as package expvar then ends the process.
var publishing sync.Mutex

// RecordTiming implements [tele.Reporter].
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	r.add(key{scope, scopes}, duration.Seconds(), 0, metadata.Err() != nil)
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	value = value.Resolve()
	k, number, isNumber := classify(metadata.MetricType(), value)
	if !isNumber || k != gauges && (math.IsNaN(number) || math.IsInf(number, 0)) {
		r.unfit.Add(1)
		return
	}
	var increment int64
	if k == counters {
		increment = value.Int64()
	}
	r.add(key{scope, k}, number, increment, false)
}

func classify(metricType string, value slog.Value) (k kind, number float64, isNumber bool) {
	k = values
	if metricType == "gauge" {
		k = gauges
	}
	switch value.Kind() {
	case slog.KindInt64:
		if metricType == "counter" {
			k = counters
		}
		return k, float64(value.Int64()), true
	case slog.KindUint64:
		return k, float64(value.Uint64()), true
	case slog.KindFloat64:
		return k, value.Float64(), true
	case slog.KindDuration:
		return durations, value.Duration().Seconds(), true
	case slog.KindBool:
		if value.Bool() {
			return k, 1, true
		}
		return k, 0, true
	}
	return k, 0, false
}

// add adds a value to what there is of a name.
func (r *Reporter) add(k key, number float64, increment int64, failed bool) {
	k.name = clean(k.name)
	for !r.addKnown(k, number, increment, failed) {
		r.makeRoom(k)
	}
}

// addKnown reports whether the value has been dealt with. It is not if there is room for the name, but no entry: a Reset may come
// between the two.
func (r *Reporter) addKnown(k key, number float64, increment int64, failed bool) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, ok := r.entries[k]
	switch {
	case !ok && len(r.entries) < r.options.MaxNames:
		return false
	case !ok:
		r.dropped.Add(1)
	case !e.add(number, increment, failed):
		r.unfit.Add(1)
	}
	return true
}

// makeRoom makes an entry if there is none, and room for one.
func (r *Reporter) makeRoom(k key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.entries[k]; ok || len(r.entries) >= r.options.MaxNames {
		return
	}
	k.name = strings.Clone(k.name) // it may be part of something large
	r.entries[k] = r.newEntry(k.kind)
}

// maxName is the length of a name in bytes.
const maxName = 256

func clean(name string) string {
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "") + "…"
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}
