package otel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// What the collector writes: OTLP as JSON, as far as it is looked at here.
type (
	received struct {
		ResourceSpans []struct {
			Resource   resource
			ScopeSpans []struct{ Spans []*span }
		}
		ResourceMetrics []struct {
			Resource     resource
			ScopeMetrics []struct{ Metrics []receivedMetric }
		}
	}
	resource       struct{ Attributes attributes }
	receivedMetric struct {
		Name, Unit string
		Histogram  points
		Sum        points
		Gauge      points
	}
	points struct{ DataPoints []point }
	point  struct {
		Attributes attributes
		Count      int64 `json:",string"`
		AsInt      int64 `json:",string"`
		AsDouble   float64
		Exemplars  []struct{ TraceID, SpanID string }
	}
	span struct {
		TraceID, SpanID, ParentSpanID, Name string
		Kind                                int
		Attributes                          attributes
		Links                               []struct{ TraceID, SpanID string }
		Events                              []struct{ Name string }
		Status                              struct {
			Code    int
			Message string
		}
		service string
	}
	attributes []struct {
		Key   string
		Value map[string]any
	}
)

// OpenTelemetry's numbers.
const (
	kindInternal, kindServer, kindClient = 1, 2, 3
	statusError                          = 2
)

// get returns the value of an attribute as text, empty if there is none.
func (a attributes) get(key string) string {
	for _, kv := range a {
		if kv.Key == key {
			for _, v := range kv.Value {
				return fmt.Sprint(v)
			}
		}
	}
	return ""
}

// read returns what the collector has written to a file.
func (c *running) read(t *testing.T, name string) (all []received) {
	t.Helper()
	contents, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(contents))
	for {
		var r received
		if err := decoder.Decode(&r); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
}

// spans returns the spans, when the collector has stopped.
func (c *running) spans(t *testing.T) (all []*span) {
	t.Helper()
	for _, r := range c.read(t, "traces") {
		for _, of := range r.ResourceSpans {
			for _, scope := range of.ScopeSpans {
				for _, s := range scope.Spans {
					s.service = of.Resource.Attributes.get("service.name")
					all = append(all, s)
				}
			}
		}
	}
	return all
}

// points returns the points of metrics, when the collector has stopped, the last of each.
func (c *running) points(t *testing.T) map[string]point {
	t.Helper()
	all := map[string]point{}
	for _, r := range c.read(t, "metrics") {
		for _, of := range r.ResourceMetrics {
			for _, scope := range of.ScopeMetrics {
				for _, m := range scope.Metrics {
					for _, p := range append(append(m.Histogram.DataPoints, m.Sum.DataPoints...), m.Gauge.DataPoints...) {
						service := of.Resource.Attributes.get("service.name")
						key := fmt.Sprint(service, " ", m.Name, m.Unit, "{", p.Attributes.get("tele.scope"), p.Attributes.get("error.type"), p.Attributes.get("tele.fate"), "}")
						all[key] = p
					}
				}
			}
		}
	}
	return all
}
