//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package jsonl_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// appended opens the file, adds events of the names, and closes it.
func appended(t *testing.T, file string, options *jsonl.Options, names ...string) *jsonl.Reporter {
	t.Helper()
	r, err := jsonl.Open(file, options)
	if err != nil {
		t.Fatal(err)
	}
	telemetry := runtimetest.New(r)
	for _, name := range names {
		telemetry.Count(context.Background(), name, 1)
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	return r
}

// scopesIn returns the paths of events in a file, and how many lines are errors.
func scopesIn(t *testing.T, file string) (scopes string, broken int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	var all []string
	for e, err := range jsonl.Read(bytes.NewReader(text), nil) {
		if err != nil {
			broken++
			continue
		}
		if e.Stream.PID == 0 {
			t.Errorf("%s has no header for %s", file, e.Scope)
		}
		all = append(all, e.Scope)
	}
	return strings.Join(all, " "), broken
}

func wantFile(t *testing.T, file, want string, wantBroken int) {
	t.Helper()
	if got, broken := scopesIn(t, file); got != want || broken != wantBroken {
		t.Errorf("%s: %q with %d errors, want %q with %d", filepath.Base(file), got, broken, want, wantBroken)
	}
}

func TestAppend(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	appended(t, file, nil, "a")
	appended(t, file, nil, "b", "c")
	wantFile(t, file, "a b c", 0)
}

// TestAppendAfterCrash starts again wherever a crash may have cut the file.
func TestAppendAfterCrash(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	appended(t, file, nil, "a", "b")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for cut := begin; cut <= len(whole); cut++ {
		if err := os.WriteFile(file, whole[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		want, broken := "a", 1
		switch cut {
		case begin:
			broken = 0
		case len(whole) - 1, len(whole): // nothing but the newline is missing
			want, broken = "a b", 0
		}
		wantFile(t, file, want, broken)
		appended(t, file, nil, "c")
		wantFile(t, file, want+" c", broken)
	}
}

// TestRotation wants files of limited size, the oldest of which are gone, with all the others' lines whole and in order.
func TestRotation(t *testing.T) {
	const limit, keep = 4000, 3
	file := filepath.Join(t.TempDir(), "events.jsonl")
	options := &jsonl.Options{MaxBytes: limit, Keep: keep}
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprint("n", i))
	}
	if r := appended(t, file, options, names[:50]...); r.Dropped() != 0 || r.WriteErrors() != 0 {
		t.Errorf("%d dropped, %d errors", r.Dropped(), r.WriteErrors())
	}
	for i := 50; i < 200; i += 10 { // restarts
		appended(t, file, options, names[i:i+10]...)
	}
	var all []string
	for i := keep; i >= 0; i-- {
		name := file
		if i > 0 {
			name += fmt.Sprint(".", i)
		}
		if info, err := os.Stat(name); err != nil || info.Size() > limit || i > 0 && info.Size() < limit/2 {
			t.Errorf("%v, %+v", err, info)
		}
		scopes, broken := scopesIn(t, name)
		if broken != 0 {
			t.Errorf("%s has %d broken lines", name, broken)
		}
		all = append(all, strings.Fields(scopes)...)
	}
	if _, err := os.Stat(file + ".4"); err == nil {
		t.Error("more files are kept than wanted")
	}
	if want := names[200-len(all):]; len(all) < 20 || strings.Join(all, " ") != strings.Join(want, " ") {
		t.Errorf("got %q", all)
	}
}

// TestLineLargerThanTheLimit wants it to be written nevertheless, alone.
func TestLineLargerThanTheLimit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	long := strings.Repeat("x", 3000)
	appended(t, file, &jsonl.Options{MaxBytes: 1000}, "a", long, "b")
	wantFile(t, file+".2", "a", 0)
	wantFile(t, file+".1", long, 0)
	wantFile(t, file, "b", 0)
}

// TestRenamedByOthers wants events to go where the path is.
func TestRenamedByOthers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	r, err := jsonl.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	telemetry := runtimetest.New(r)
	for i, name := range []string{"a", "b", "c", "d"} {
		telemetry.Count(context.Background(), name, 1)
		if err := r.Flush(context.Background()); err != nil {
			t.Error(err)
		}
		switch i {
		case 0:
			err = os.Rename(file, file+".old")
		case 1:
			wantFile(t, file, "b", 0)
			err = os.Remove(file)
		case 2:
			err = errors.Join(os.Rename(file, file+".older"), os.WriteFile(file, nil, 0o666))
		}
		if err != nil {
			t.Skip(err) // not possible while the file is open
		}
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	wantFile(t, file+".old", "a", 0)
	wantFile(t, file+".older", "c", 0)
	wantFile(t, file, "d", 0)
}

// TestCannotRename wants a file to grow if its directory does not let it be renamed.
func TestCannotRename(t *testing.T) {
	log := logged(t)
	file := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.MkdirAll(filepath.Join(file+".1", "in the way"), 0o777); err != nil {
		t.Fatal(err)
	}
	r := appended(t, file, &jsonl.Options{MaxBytes: 700, Keep: 1}, "a", "b", "c", "d", "e")
	wantFile(t, file, "a b c d e", 0)
	if r.Dropped() != 0 || r.WriteErrors() == 0 || !strings.Contains(log.String(), "rename") {
		t.Errorf("%d dropped, %d errors; the log reads\n%s", r.Dropped(), r.WriteErrors(), log)
	}
}

func TestOpenFails(t *testing.T) {
	if _, err := jsonl.Open(filepath.Join(t.TempDir(), "missing", "events.jsonl"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestDirectoryGone wants events to be dropped while the file cannot be created, and written again when it can.
func TestDirectoryGone(t *testing.T) {
	logged(t)
	dir := filepath.Join(t.TempDir(), "logs")
	file := filepath.Join(dir, "events.jsonl")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r, err := jsonl.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	telemetry := runtimetest.New(r)
	if err := os.RemoveAll(dir); err != nil {
		t.Skip(err) // not possible while the file is open
	}
	telemetry.Count(context.Background(), "lost", 1)
	if err := r.Flush(context.Background()); !errors.Is(err, os.ErrNotExist) || r.Dropped() != 1 || r.WriteErrors() != 1 {
		t.Errorf("%v, %d dropped, %d errors", err, r.Dropped(), r.WriteErrors())
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	telemetry.Count(context.Background(), "rescued", 1)
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	wantFile(t, file, "rescued", 0)
}

func TestDiskFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /dev/full")
	}
	log := logged(t)
	link := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.Symlink("/dev/full", link); err != nil {
		t.Fatal(err)
	}
	if _, err := jsonl.Open(link, &jsonl.Options{MaxBytes: 1000}); err == nil {
		t.Error("opened, though the header cannot be written")
	}
	file := filepath.Join(t.TempDir(), "events.jsonl")
	r, err := jsonl.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	telemetry := runtimetest.New(r)
	for range 3 {
		if err := errors.Join(os.Remove(file), os.Symlink("/dev/full", file)); err != nil {
			t.Fatal(err)
		}
		telemetry.Count(context.Background(), "lost", 1)
		if err := r.Flush(context.Background()); err == nil {
			t.Error("no error")
		}
	}
	if r.Dropped() != 3 || r.WriteErrors() != 3 || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("%d dropped, %d errors; the log reads\n%s", r.Dropped(), r.WriteErrors(), log)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	telemetry.Count(context.Background(), "rescued", 1)
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	wantFile(t, file, "rescued", 0)
}

// TestSharedLimit wants it to count what others append.
func TestSharedLimit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	options := &jsonl.Options{MaxBytes: 4000}
	reporters := make([]*jsonl.Reporter, 4)
	for i := range reporters {
		r, err := jsonl.Open(file, options)
		if err != nil {
			t.Fatal(err)
		}
		reporters[i] = r
	}
	for range 10 {
		for _, r := range reporters {
			runtimetest.New(r).Count(context.Background(), "n", 1)
			if err := r.Flush(context.Background()); err != nil {
				t.Error(err)
			}
		}
	}
	for _, r := range reporters {
		if err := r.Close(context.Background()); err != nil {
			t.Skip(err) // files that are open cannot be renamed here
		}
	}
	n := 0
	for _, name := range []string{file, file + ".1", file + ".2", file + ".3"} {
		if info, err := os.Stat(name); err == nil && info.Size() > 4000 {
			t.Errorf("%s has %d bytes", filepath.Base(name), info.Size())
		} else if err == nil {
			scopes, _ := scopesIn(t, name)
			n += len(strings.Fields(scopes))
		}
	}
	if n != 40 {
		t.Errorf("%d events, want 40", n)
	}
}

// TestPipe wants what is no regular file to be written to, and left where it is.
func TestPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Skip(err)
	}
	r, err := jsonl.Open(pipe, &jsonl.Options{MaxBytes: 600})
	if err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	telemetry := runtimetest.New(r)
	for range 20 {
		telemetry.Count(context.Background(), "n", 1)
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	n := 0
	for _, err := range jsonl.Read(in, nil) {
		if n++; err != nil {
			t.Error(err)
		}
	}
	if n != 20 || r.WriteErrors() != 0 {
		t.Errorf("%d events, %d errors", n, r.WriteErrors())
	}
}

// TestLink wants the file to be renamed, not the link to it; and files to stay where they are when the program goes elsewhere.
func TestLink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "real.jsonl"), filepath.Join(dir, "link.jsonl")
	if err := errors.Join(os.WriteFile(file, nil, 0o666), os.Symlink(file, link)); err != nil {
		t.Skip(err)
	}
	t.Chdir(dir)
	r, err := jsonl.Open("link.jsonl", &jsonl.Options{MaxBytes: 500})
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	telemetry := runtimetest.New(r)
	telemetry.Count(context.Background(), "a", 1)
	telemetry.Count(context.Background(), "b", 1)
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	wantFile(t, file+".1", "a", 0)
	wantFile(t, link, "b", 0)
}

// TestProcesses has several processes append to a file, with and without a limit, and kills some of them.
func TestProcesses(t *testing.T) {
	if os.Getenv("JSONL_TEST_FILE") != "" {
		appendForAWhile(t, os.Getenv("JSONL_TEST_FILE"), os.Getenv("JSONL_TEST_DIE") != "")
		return
	}
	const processes = 4
	file := filepath.Join(t.TempDir(), "events.jsonl")
	appended(t, file, nil)
	var commands []*exec.Cmd
	for i := range processes {
		c := exec.Command(os.Args[0], "-test.run=^TestProcesses$")
		c.Env = append(os.Environ(), "JSONL_TEST_FILE="+file)
		if i%2 == 1 {
			c.Env = append(c.Env, "JSONL_TEST_DIE=1")
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		commands = append(commands, c)
	}
	for i, c := range commands {
		if err := c.Wait(); (err != nil) != (i%2 == 1) {
			t.Errorf("process %d: %v", i, err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]uint64{}
	whole := 0
	for e, err := range jsonl.Read(bytes.NewReader(text), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Seq != last[e.Stream.Name]+1 {
			t.Fatalf("event %d of %s comes after %d", e.Seq, e.Stream.Name, last[e.Stream.Name])
		}
		if last[e.Stream.Name]++; e.Seq == childEvents {
			whole++
		}
	}
	if whole != processes/2 || len(last) != processes {
		t.Errorf("%d of %d streams are whole", whole, len(last))
	}
}

const childEvents = 5_000

func appendForAWhile(t *testing.T, file string, die bool) {
	r, err := jsonl.Open(file, &jsonl.Options{FlushInterval: time.Millisecond, Buffer: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	telemetry := runtimetest.New(r)
	for i := range childEvents {
		telemetry.Count(context.Background(), "n", int64(i), slog.String("text", "some more bytes"))
		if die && i == childEvents/2 {
			r.Flush(context.Background())
			self, _ := os.FindProcess(os.Getpid())
			self.Kill()
			time.Sleep(time.Minute)
		}
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
