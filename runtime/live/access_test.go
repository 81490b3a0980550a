//go:build !teleoff

package live_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/live"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func TestLocal(t *testing.T) {
	for _, c := range []struct {
		remote, host, header string
		refusal              string // what the answer says; empty if it is let in
	}{
		{"127.0.0.1:1", "localhost:6060", "", ""},
		{"127.8.0.1:1", "127.0.0.1:6060", "", ""},
		{"[::1]:1", "[::1]:6060", "", ""},
		{"[::1]:1", "[::1]", "", ""},
		{"[::ffff:127.0.0.1]:1", "LOCALHOST.", "", ""},
		{"127.0.0.1:1", "app.localhost", "", ""},
		{"192.0.2.1:1", "localhost:6060", "", `it comes from "192.0.2.1:1"`},
		{"[fe80::1%eth0]:1", "localhost:6060", "", `it comes from`},
		{"@", "localhost", "", `it comes from "@"`},
		{"", "localhost", "", `it comes from ""`},
		{"127.0.0.1:1", "evil.example:6060", "", `it is for the host "evil.example:6060"`},
		{"127.0.0.1:1", "localhost.evil.example", "", `it is for the host`},
		{"127.0.0.1:1", "evillocalhost", "", `it is for the host`},
		{"127.0.0.1:1", "127.0.0.1.evil.example", "", `it is for the host`},
		{"127.0.0.1:1", "192.0.2.1:6060", "", `it is for the host`},
		{"127.0.0.1:1", "0.0.0.0:6060", "", `it is for the host`},
		{"127.0.0.1:1", "", "", `it is for the host ""`},
		{"127.0.0.1:1", "localhost", "X-Forwarded-For", "a proxy has passed it on (X-Forwarded-For)"},
		{"127.0.0.1:1", "localhost", "Forwarded", "a proxy has passed it on"},
		{"127.0.0.1:1", "localhost", "Via", "a proxy has passed it on"},
	} {
		for path, okay := range map[string]int{"/": 200, "/json": 200, "/style.css": 200, "/control": 405} {
			r := request(http.MethodGet, path, "")
			r.RemoteAddr, r.Host = c.remote, c.host
			if c.header != "" {
				r.Header.Set(c.header, "x")
			}
			w := do(live.New(nil), r)
			switch {
			case c.refusal == "" && (w.Code != okay || !live.Local(r)):
				t.Errorf("%s from %s: %d %.100s", c.host, c.remote, w.Code, w.Body)
			case c.refusal != "" && (w.Code != http.StatusForbidden || live.Local(r) || !strings.Contains(w.Body.String(), c.refusal) || !strings.Contains(w.Body.String(), "live.Options.Allow")):
				t.Errorf("%s from %s: %d %.300s", c.host, c.remote, w.Code, w.Body)
			}
		}
	}
}

func TestAllow(t *testing.T) {
	view := live.New(&live.Options{Allow: func(r *http.Request) bool { return r.Header.Get("Token") == "secret" }})
	far := request(http.MethodGet, "/", "")
	far.RemoteAddr, far.Host = "192.0.2.1:1", "app.example"
	if w := do(view, far); w.Code != http.StatusForbidden {
		t.Errorf("without the token: %d", w.Code)
	}
	if w := get(t, view, "/"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "live.Options.Allow does not let it in") {
		t.Errorf("without the token, from here: %d %s", w.Code, w.Body)
	}
	far.Header.Set("Token", "secret")
	if w := do(view, far); w.Code != http.StatusOK {
		t.Errorf("with the token: %d", w.Code)
	}
}

func TestHeaders(t *testing.T) {
	view := live.New(nil)
	for _, path := range []string{"/", "/json", "/style.css", "/script.js", "/nothing", "/control"} {
		for name, want := range map[string]string{
			"Cache-Control":                "no-store",
			"Content-Security-Policy":      "default-src 'none'; ",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := get(t, view, path).Header().Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
	policy := get(t, view, "/").Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
}

func TestMethods(t *testing.T) {
	view := live.New(&live.Options{Control: true})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"HEAD", "/", 200}, {"POST", "/", 405}, {"PUT", "/json", 405}, {"GET", "/control", 405}, {"GET", "/nothing", 404}, {"GET", "/page.html", 404},
	} {
		if w := do(view, request(c.method, c.path, "")); w.Code != c.status || w.Body.Len() == 0 {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
}

func TestControl(t *testing.T) {
	defer tele.Resume()
	view := live.New(&live.Options{Control: true})
	telemetry := runtimetest.New(view)
	ctx, before := telemetry.Start(context.Background(), "before")
	post := func(body string, code int) {
		t.Helper()
		w := do(view, request(http.MethodPost, "/debug/tele/control", body))
		if w.Code != code {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}

	post("action=pause", http.StatusSeeOther)
	telemetry.Count(ctx, "c", 1)
	_, during := telemetry.Start(ctx, "during")
	if s := view.Snapshot(); s.Telemetry != "paused" || len(s.Metrics) != 0 || len(s.InFlight) != 1 {
		t.Errorf("paused: %+v", s)
	}
	if page := get(t, view, "/").Body.String(); !strings.Contains(page, `value="resume"`) || strings.Contains(page, `value="pause"`) {
		t.Errorf("paused: %s", page)
	}
	before.End()
	post("action=resume", http.StatusSeeOther)
	during.End()
	telemetry.Count(ctx, "c", 1)
	if s := view.Snapshot(); s.Telemetry != "on" || len(s.Metrics) != 1 || len(s.InFlight) != 0 || len(s.Timings) != 1 || s.Timings[0].Calls != 1 {
		t.Errorf("resumed: %+v", s)
	}
	post("action=reset", http.StatusSeeOther)
	if s := view.Snapshot(); len(s.Metrics)+len(s.Timings) != 0 {
		t.Errorf("reset: %+v", s)
	}
	post("action=explode", http.StatusBadRequest)
	post("action="+strings.Repeat("x", 1e6), http.StatusBadRequest)
	post("", http.StatusBadRequest)
}

func TestControlReturns(t *testing.T) {
	view := live.New(&live.Options{Control: true})
	for page, want := range map[string]string{"": "./", "metrics": "./metrics", "//evil.example": "./", "control": "./"} {
		w := do(view, request(http.MethodPost, "/debug/tele/control", "action=reset&page="+page))
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("page %q: leads to %q, want %q", page, got, want)
		}
	}
}

func TestControlRefused(t *testing.T) {
	defer tele.Resume()
	if w := do(live.New(nil), request(http.MethodPost, "/control", "action=pause")); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "live.Options.Control") {
		t.Errorf("not allowed: %d %s", w.Code, w.Body)
	}
	if page := get(t, live.New(nil), "/").Body.String(); strings.Contains(page, `action="./control"`) {
		t.Errorf("there are buttons: %s", page)
	}
	view := live.New(&live.Options{Control: true})
	for name, value := range map[string]string{"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"} {
		r := request(http.MethodPost, "/control", "action=pause")
		r.Header.Set(name, value)
		if w := do(view, r); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "cross-origin") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	r := request(http.MethodPost, "/control", "action=pause")
	r.Host = "evil.example"
	if w := do(view, r); w.Code != http.StatusForbidden {
		t.Errorf("for another host: %d", w.Code)
	}
	if tele.Paused() {
		t.Error("telemetry is paused")
	}
}

// TestNothingByItself holds that a View is served only where the program mounts it.
func TestNothingByItself(t *testing.T) {
	live.New(nil)
	if _, pattern := http.DefaultServeMux.Handler(request(http.MethodGet, "/debug/tele/", "")); pattern != "" {
		t.Errorf("mounted at %s", pattern)
	}
}
