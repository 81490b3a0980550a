package live_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/live"
)

// TestOff looks at the view of a program without telemetry, in a process of its own, as tests before this one turn it on.
func TestOff(t *testing.T) {
	if os.Getenv("TELE_TEST_CHILD") == "" {
		child := exec.Command(os.Args[0], "-test.run=^TestOff$")
		child.Env = []string{"TELE_TEST_CHILD=1"}
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	view := live.New(&live.Options{Control: true})
	tele.SetDefault(tele.New(view))
	reason := "not started with TELEINSTR_TELEMETRY=1"
	if !tele.Compiled {
		reason = "built with the tag teleoff"
	}
	for method, status := range map[string]int{http.MethodGet: http.StatusOK, http.MethodPost: http.StatusConflict} {
		path := map[string]string{http.MethodGet: "/", http.MethodPost: "/control"}[method]
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader("action=pause"))
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		view.ServeHTTP(w, r)
		if page := w.Body.String(); w.Code != status || !strings.Contains(page, reason) || strings.Contains(page, `value="pause"`) || tele.Paused() {
			t.Errorf("%s: %d %s", method, w.Code, page)
		}
	}
}
