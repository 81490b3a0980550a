package teleprom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// Options say what a Reporter makes of events. The zero Options are ready for use.
type Options struct {
	// Registerer is where metrics are registered as they come up, beside the reporter's own registry: that of a program
	// that has metrics already, such as [prometheus.DefaultRegisterer]. It must not be one that uses this reporter.
	Registerer prometheus.Registerer
	// Namespace begins the names of all metrics; "tele" if it is empty.
	Namespace string
	// Labels are the keys of the attributes that become labels, as in //tele:scope plan tenant=req.Tenant. An event without the
	// attribute has an empty label, which is the same as none.
	Labels []string
	// MaxSeries is the number of series that a metric has at most, those for what is beyond it not counted, of which there are
	// no more than again as many and two. 1000 if it is zero. A histogram writes a line for each of its buckets.
	MaxSeries int
	// MaxNames is the number of metrics at most, 1000 if it is zero.
	MaxNames int
	// Buckets are the upper bounds of the classic buckets of timings, in seconds. [DefaultBuckets] if it is nil; none if it is empty.
	Buckets []float64
	// ValueBuckets are the upper bounds of the classic buckets of Metric, in its unit. There are none if it is empty.
	ValueBuckets []float64
	// BucketFactor is the most by which a native bucket is wider than the one before, 1.1 if it is zero. 1 or less for none.
	BucketFactor float64
	// MaxBuckets is the number of native buckets of a series from which on it gets coarser, 160 if it is zero.
	MaxBuckets uint32
}

// DefaultBuckets are upper bounds in seconds from 100 microseconds to a minute, for functions as well as for requests.
func DefaultBuckets() []float64 {
	return []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

// withDefaults returns the options with what they stand for.
func (o *Options) withDefaults() Options {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Namespace == "" {
		c.Namespace = "tele"
	}
	if c.MaxSeries <= 0 {
		c.MaxSeries = 1000
	}
	if c.MaxNames <= 0 {
		c.MaxNames = 1000
	}
	if c.Buckets == nil {
		c.Buckets = DefaultBuckets()
	}
	if c.BucketFactor == 0 {
		c.BucketFactor = 1.1
	}
	if c.MaxBuckets == 0 {
		c.MaxBuckets = 160
	}
	return c
}

// Labels that are not attributes.
const (
	scopeLabel = "scope"
	errorLabel = "error"
)

// check returns what is wrong with the options.
func (o *Options) check() error {
	if name := sanitizeLabel(o.Namespace); name != o.Namespace {
		return fmt.Errorf("namespace %q: no name in Prometheus; write %q", o.Namespace, name)
	}
	for what, bounds := range map[string][]float64{"buckets": o.Buckets, "value buckets": o.ValueBuckets} {
		for i := 1; i < len(bounds); i++ {
			if !(bounds[i-1] < bounds[i]) {
				return fmt.Errorf("%s: %v follows %v; bounds must increase", what, bounds[i], bounds[i-1])
			}
		}
	}
	taken := map[string]string{
		scopeLabel: "the path", errorLabel: "whether there was an error",
		"le": "the bound of a bucket", "quantile": "a quantile",
	}
	for _, key := range o.Labels {
		name := sanitizeLabel(key)
		switch other, isTaken := taken[name]; {
		case key == "":
			return fmt.Errorf("label %q: no key", key)
		case scopename.Reserved(key):
			return fmt.Errorf("label %q: built-in metadata, not an attribute; choose another", key)
		case isTaken:
			return fmt.Errorf("label %q: the label %s is %s; choose another key", key, name, other)
		}
		taken[name] = fmt.Sprintf("the attribute %q", key)
	}
	return nil
}

// labelNames returns the names of the labels that attributes become, in the order of their keys.
func (o *Options) labelNames() []string {
	names := slices.Clone(o.Labels)
	for i, key := range names {
		names[i] = sanitizeLabel(key)
	}
	return names
}

// sanitize returns text as what may follow in a name of Prometheus: letters, digits and underscores.
func sanitize(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		}
		return '_'
	}, text)
}

// sanitizeLabel returns text as the name of a label. Names that begin with two underscores are for Prometheus itself.
func sanitizeLabel(text string) string {
	name := sanitize(text)
	if strings.HasPrefix(name, "__") {
		name = "_" + strings.TrimLeft(name, "_")
	}
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}
