//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// received is what the Collectors have written.
type received struct {
	spans  int64 // those that came twice are counted twice
	unique map[uint64]struct{}
	// totals are the last values of metrics, by name and attributes: what was exported at the end.
	scopes map[series]int64
	fates  map[string]int64
}

// A series is one of tele.scope.duration.
type series struct{ scope, failure string }

func (s *sink) received() (*received, error) {
	r := &received{unique: map[uint64]struct{}{}, scopes: map[series]int64{}, fates: map[string]int64{}}
	for _, file := range s.files("traces") {
		if err := eachMessage(file, r.addSpans); err != nil {
			return nil, err
		}
	}
	for _, file := range s.files("metrics") {
		if err := eachMessage(file, r.addMetrics); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// eachMessage calls use with each of the messages, which have their length in front. A file need not be there, and the last message may
// be cut short, as it is not confirmed then.
func eachMessage(file string, use func(message []byte) error) error {
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for {
		var length uint32
		err := binary.Read(in, binary.BigEndian, &length)
		message := make([]byte, length)
		if err == nil {
			_, err = io.ReadFull(in, message)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err == nil {
			err = use(message)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
}

func (r *received) addSpans(message []byte) error {
	var data tracepb.TracesData
	if err := proto.Unmarshal(message, &data); err != nil {
		return err
	}
	for _, resource := range data.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				r.spans++
				r.unique[binary.BigEndian.Uint64(span.SpanId)] = struct{}{}
			}
		}
	}
	return nil
}

func (r *received) addMetrics(message []byte) error {
	var data metricspb.MetricsData
	if err := proto.Unmarshal(message, &data); err != nil {
		return err
	}
	for _, resource := range data.ResourceMetrics {
		for _, scope := range resource.ScopeMetrics {
			for _, m := range scope.Metrics {
				r.addMetric(m)
			}
		}
	}
	return nil
}

func (r *received) addMetric(m *metricspb.Metric) {
	switch m.Name {
	case "tele.scope.duration":
		for _, p := range m.GetHistogram().GetDataPoints() {
			r.scopes[series{attribute(p.Attributes, "tele.scope"), attribute(p.Attributes, "error.type")}] = int64(p.Count)
		}
	case "tele.otel.spans":
		for _, p := range m.GetSum().GetDataPoints() {
			r.fates[attribute(p.Attributes, "tele.fate")] = p.GetAsInt()
		}
	}
}

func attribute(all []*commonpb.KeyValue, key string) string {
	for _, a := range all {
		if a.Key == key {
			return a.Value.GetStringValue()
		}
	}
	return ""
}

// byScope returns how many scopes ended, by path.
func (r *received) byScope() map[string]int64 {
	counts := map[string]int64{}
	for s, n := range r.scopes {
		counts[s.scope] += n
	}
	return counts
}
