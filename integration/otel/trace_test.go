package otel

import (
	"testing"

	teleotel "github.com/teleinstr/teleinstr/runtime/otel"
)

// TestTwoProcesses has a client and a server, both with scopes and otelhttp, take part in one trace.
func TestTwoProcesses(t *testing.T) {
	t.Run("http", func(t *testing.T) {
		c := startCollector(t, "file/traces")
		twoProcesses(t, c, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.http, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
	})
	t.Run("grpc", func(t *testing.T) {
		c := startCollector(t, "file/traces")
		twoProcesses(t, c, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.grpc, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc")
	})
}

func twoProcesses(t *testing.T, c *running, env ...string) {
	server := start(t, "server", env)
	client := start(t, "client", env, server.line(t))
	wantExported(t, "client", client.end(t), 4, 3)
	wantExported(t, "server", server.end(t), 4, 3)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	byName := map[string]*span{}
	for _, s := range c.spans(t) {
		if byName[s.Name] != nil {
			t.Errorf("two spans %s", s.Name)
		}
		byName[s.Name] = s
	}
	wantTree(t, byName)
	wantPoints(t, c, byName)
}

// wantExported wants a process to have so many spans, of which some are of scopes, and nothing lost.
func wantExported(t *testing.T, process string, s teleotel.Stats, spans, scopes int64) {
	t.Helper()
	want := teleotel.Stats{Scopes: scopes, Spans: teleotel.SpanStats{Ended: spans, Exported: spans}}
	if s != want {
		t.Errorf("%s: %+v, want %+v", process, s, want)
	}
}

func wantTree(t *testing.T, byName map[string]*span) {
	root := byName["client.run"]
	for _, want := range []struct {
		name, parent, service, path string
		kind                        int
	}{
		{"client.run", "", "client", "client.run", kindInternal},
		{"HTTP GET", "client.run", "client", "", kindClient},
		{"GET /orders", "HTTP GET", "server", "", kindServer},
		{"orders.handle", "GET /orders", "server", "orders.handle", kindInternal},
		{"load", "orders.handle", "server", "orders.handle.load", kindInternal},
		{"by_hand", "client.run", "client", "client.run.by_hand", kindInternal},
		{"plain.handle", "by_hand", "server", "plain.handle", kindInternal},
		{"job", "", "client", "job", kindInternal},
	} {
		s := byName[want.name]
		if s == nil {
			t.Errorf("no span %s", want.name)
			continue
		}
		parent := ""
		if p := byName[want.parent]; p != nil {
			parent = p.SpanID
		}
		if s.ParentSpanID != parent || s.service != want.service || s.Kind != want.kind || s.Attributes.get("tele.scope") != want.path {
			t.Errorf("got %+v, want %+v", s, want)
		}
		if sameTrace := s.TraceID == root.TraceID; sameTrace == (want.name == "job") {
			t.Errorf("%s is in the trace of client.run: %t", want.name, sameTrace)
		}
	}
	if len(byName) != 8 {
		t.Errorf("%d spans", len(byName))
	}
	if s := byName["load"]; s.Status.Code != statusError || s.Status.Message != "no such order" || len(s.Events) != 1 || s.Attributes.get("bad") != "\uFFFD" {
		t.Errorf("the span with an error is %+v", s)
	}
	if links := byName["job"].Links; len(links) != 1 || links[0].SpanID != root.SpanID || links[0].TraceID != root.TraceID {
		t.Errorf("links of a root: %v", links)
	}
}

func wantPoints(t *testing.T, c *running, byName map[string]*span) {
	all := c.points(t)
	for key, want := range map[string]int64{
		"client tele.scope.durations{client.run}":                            1,
		"client tele.scope.durations{client.run.by_hand}":                    1,
		"client tele.scope.durations{job}":                                   1,
		"server tele.scope.durations{orders.handle}":                         1,
		"server tele.scope.durations{orders.handle.load*errors.errorString}": 1,
		"server tele.scope.durations{plain.handle}":                          1,
		"server orders.seen{orders.handle}":                                  2,
		"server tele.otel.spans{span}{exported}":                             4,
		"server tele.otel.spans{span}{dropped}":                              0,
	} {
		p, ok := all[key]
		if got := p.Count + p.AsInt; !ok || got != want {
			t.Errorf("%s: %d, want %d", key, got, want)
		}
	}
	if p := all["server orders.open{orders.handle}"]; p.AsDouble != 1.5 {
		t.Errorf("gauge is %v", p.AsDouble)
	}
	for key, name := range map[string]string{"server orders.seen{orders.handle}": "orders.handle", "client tele.scope.durations{job}": "job"} {
		if e := all[key].Exemplars; len(e) != 1 || e[0].SpanID != byName[name].SpanID {
			t.Errorf("exemplars of %s: %v", key, e)
		}
	}
}
