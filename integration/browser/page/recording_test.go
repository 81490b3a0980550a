package page

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hostile is a text that says if it is taken for markup.
const hostile = `</script><script>pwned=1</script><img src=x onerror="pwned=2"><b>bold</b>`

const epoch = 1_790_000_000 // start of the recordings in seconds since 1970

// A recorder writes a recording of package jsonl.
type recorder struct {
	out     *bufio.Writer
	file    *os.File
	seq, id int
}

func newRecorder(t *testing.T, program string) *recorder {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{out: bufio.NewWriterSize(file, 1<<20), file: file}
	fmt.Fprintf(r.out, `{"type":"stream","format":"teleinstr","version":1,"stream":"s1","pid":7,"program":%s,"process_start_wall_time_s":%d,`+
		`"monotonic_s":0,"wall_time_s":%d}`+"\n", quoted(program), epoch, epoch)
	return r
}

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (r *recorder) next() int {
	r.id++
	return r.id
}

// A place is where a scope stands: its path, and its id.
type place struct {
	path string
	id   int
}

func (p place) depth() int { return strings.Count(p.path, ".") }

// in returns the place of a scope in another that has not ended.
func (r *recorder) in(parent place, name string) place {
	if parent.id == 0 {
		return place{name, r.next()}
	}
	return place{parent.path + "." + name, r.next()}
}

// timing writes the end of a scope. Times are in seconds, attrs in JSON or empty.
func (r *recorder) timing(p, parent place, start, duration float64, attrs string) {
	r.seq++
	fmt.Fprintf(r.out, `{"seq":%d,"type":"timing","scope":%s,"duration_s":%.9f,"depth":%d,"call_count":0,"start_monotonic_s":%.9f,`+
		`"end_monotonic_s":%.9f,"start_wall_time_s":%.9f,"end_wall_time_s":%.9f,"stream":"s1","id":%d`,
		r.seq, quoted(p.path), duration, p.depth(), start, start+duration, epoch+start, epoch+start+duration, p.id)
	if parent.id != 0 {
		fmt.Fprintf(r.out, `,"parent_scope":%s,"parent_id":%d`, quoted(parent.path), parent.id)
	}
	r.end(attrs)
}

// metric writes a value, in JSON. kind is counter, gauge or empty.
func (r *recorder) metric(name, kind string, parent place, at float64, value string) {
	r.seq++
	fmt.Fprintf(r.out, `{"seq":%d,"type":"metric","scope":%s,"value":%s,"depth":1,"monotonic_s":%.9f,"wall_time_s":%.9f,"stream":"s1"`,
		r.seq, quoted(parent.path+"."+name), value, at, epoch+at)
	if kind != "" {
		fmt.Fprintf(r.out, `,"metric_type":%q`, kind)
	}
	fmt.Fprintf(r.out, `,"parent_scope":%s,"parent_id":%d`, quoted(parent.path), parent.id)
	r.end("")
}

func (r *recorder) end(attrs string) {
	if attrs != "" {
		r.out.WriteString(`,"attrs":` + attrs)
	}
	r.out.WriteString("}\n")
}

// page closes the recording and returns the URL of the page that report makes of it.
func (r *recorder) page(t *testing.T) string {
	t.Helper()
	if err := r.out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := r.file.Close(); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(filepath.Dir(r.file.Name()), "page.html")
	if out, err := exec.Command(command, "report", "--html", page, r.file.Name()).CombinedOutput(); err != nil {
		t.Fatalf("report: %v\n%s", err, out)
	}
	return "file://" + page
}

// command is the path of teleinstr.
var command string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "teleinstr")
	if err != nil {
		panic(err)
	}
	command = filepath.Join(dir, "teleinstr")
	build := exec.Command("go", "build", "-o", command, "./cmd/teleinstr")
	build.Dir = filepath.Join("..", "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

const requests = 12

// shop is a server: each request loads from three tables at once and renders; every fourth fails. The last has more scopes inside than a
// page shows.
func shop(t *testing.T) *recorder {
	r := newRecorder(t, "shop")
	main := r.in(place{}, "main")
	for i := range requests {
		serve(r, main, i)
	}
	r.timing(main, place{}, 0, 10, "")
	h := r.in(place{}, hostile)
	r.metric(hostile, "gauge", h, 1, "7")
	r.timing(h, place{}, 10, 0.5, fmt.Sprintf(`{%s:%s,"error":%s}`, quoted(hostile), quoted(hostile), quoted(hostile)))
	return r
}

func serve(r *recorder, main place, i int) {
	at, took := float64(i)*0.5, 0.010+float64(i)*0.001
	request := r.in(main, "request")
	load := r.in(request, "load")
	for k, table := range []string{"orders", "prices", "stock"} {
		r.timing(r.in(load, "query"), load, at+0.001*float64(k+1), 0.005, fmt.Sprintf(`{"table":%q,"rows":%d}`, table, i))
	}
	r.timing(load, request, at+0.0005, 0.008, "")
	r.timing(r.in(request, "render"), request, at+0.0085, 0.001, "")
	ticks := 0
	if i == requests-1 {
		ticks = 600
	}
	for k := range ticks {
		r.timing(r.in(request, "tick"), request, at+0.0095+float64(k)*0.00001, 0.000001, "")
	}
	attrs := fmt.Sprintf(`{"route":"/%d"}`, i%3)
	if i%4 == 3 {
		attrs = fmt.Sprintf(`{"route":"/%d","error":"no stock"}`, i%3)
	}
	r.metric("served", "counter", request, at+took, "2")
	r.metric("waiting", "gauge", request, at, fmt.Sprint(i%5))
	r.timing(request, main, at, took, attrs)
}
