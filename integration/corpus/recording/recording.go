// Package recording turns telemetry on in the test binaries of package corpus, which import it for its
// effect only. The names of the scopes that end are appended, once for every path, to the file that
// CORPUS_RECORDING names.
package recording

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

// File is the environment variable with the file to append to. Telemetry stays off without it.
const File = "CORPUS_RECORDING"

func init() {
	path := os.Getenv(File)
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	tele.SetDefault(tele.New(simple.New(nil), &recorder{file: file}))
	if !tele.Enabled() {
		panic("recording: telemetry is off")
	}
}

type recorder struct {
	file *os.File
	seen sync.Map // paths of scopes
}

func (r *recorder) RecordTiming(scope string, _ time.Duration, metadata tele.Metadata) {
	if _, seen := r.seen.Load(scope); seen {
		return
	}
	if _, seen := r.seen.LoadOrStore(scope, true); !seen {
		fmt.Fprintln(r.file, strings.TrimPrefix(scope, metadata.ParentScope()+"."))
	}
}

func (r *recorder) RecordMetric(string, slog.Value, tele.Metadata) {}
