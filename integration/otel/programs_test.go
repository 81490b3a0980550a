package otel

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"

	tele "github.com/teleinstr/teleinstr/runtime"
	teleotel "github.com/teleinstr/teleinstr/runtime/otel"
)

// programVariable names the program that the test binary is to be.
const programVariable = "TELEINSTR_TEST_PROGRAM"

var programs = map[string]func(args []string) error{"server": serve, "client": request, "generator": generate}

func TestMain(m *testing.M) {
	name := os.Getenv(programVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := run(programs[name]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs a program with telemetry, as its environment has it, and prints the counts at its end.
func run(program func(args []string) error) error {
	pipeline, err := teleotel.Setup(context.Background(), nil)
	if err != nil {
		return err
	}
	err = program(os.Args[1:])
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if down := pipeline.Shutdown(ctx); down != nil {
		fmt.Fprintln(os.Stderr, down) // the counts tell
	}
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(pipeline.Stats()))
}

// A process is a program that runs.
type process struct {
	cmd   *exec.Cmd
	in    io.Closer
	out   *bufio.Reader
	err   strings.Builder
	ended bool
}

// start starts a program, which is called by its name, with more variables in its environment.
func start(t *testing.T, program string, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], args...)}
	p.cmd.Env = append(append(os.Environ(), "TELEINSTR_TELEMETRY=1", programVariable+"="+program, "OTEL_SERVICE_NAME="+program), env...)
	p.cmd.Stderr = &p.err
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !p.ended {
			p.cmd.Process.Kill()
			p.cmd.Wait()
		}
	})
	return p
}

func (p *process) line(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, p.err.String())
	}
	return strings.TrimSpace(line)
}

// end has the process come to its end, and returns its counts.
func (p *process) end(t *testing.T) (stats teleotel.Stats) {
	t.Helper()
	p.in.Close()
	line := p.line(t)
	p.ended = true
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.err.String())
	}
	if err := json.Unmarshal([]byte(line), &stats); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return stats
}

// serve is a server, until its input ends. Its address is its output.
func serve([]string) error {
	mux := http.NewServeMux()
	mux.Handle("/orders", otelhttp.NewHandler(http.HandlerFunc(orders), "orders"))
	mux.HandleFunc("/plain", plain)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%v\n", listener.Addr())
	server := http.Server{Handler: mux}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		server.Shutdown(context.Background())
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// orders is instrumented by otelhttp and by scopes.
func orders(w http.ResponseWriter, r *http.Request) {
	ctx, scope := tele.Start(r.Context(), "orders.handle", slog.String("path", r.URL.Path))
	defer scope.End()
	tele.Count(ctx, "orders.seen", 2)
	tele.Gauge(ctx, "orders.open", 1.5)
	err := tele.Do(ctx, "load", func(context.Context) error { return errors.New("no such order") }, slog.String("bad", "\xff"))
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
	}
}

// plain has no instrumentation but a scope, and takes the trace over by hand.
func plain(_ http.ResponseWriter, r *http.Request) {
	ctx := otel.GetTextMapPropagator().Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	_, scope := tele.Start(ctx, "plain.handle")
	scope.End()
}

// request is a client of the server at the address.
func request(args []string) error {
	ctx, scope := tele.Start(context.Background(), "client.run")
	defer scope.End()
	client := http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	if err := get(ctx, &client, args[0]+"/orders"); err != nil {
		return err
	}
	if err := tele.Do(ctx, "by_hand", func(ctx context.Context) error { return get(ctx, http.DefaultClient, args[0]+"/plain") }); err != nil {
		return err
	}
	_, job := tele.StartRoot(ctx, "job")
	job.End()
	return nil
}

func get(ctx context.Context, client *http.Client, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if client == http.DefaultClient {
		otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(r.Header))
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// generate makes scopes: so many a second, for so long, in so many goroutines. It catches up when it is late, and gives up
// after four times the time. Its output is how many it has made, and how long that took.
func generate(args []string) error {
	var numbers [2]int
	for i := range numbers {
		n, err := strconv.Atoi(args[i])
		if err != nil {
			return err
		}
		numbers[i] = n
	}
	length, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	rate, goroutines := numbers[0], numbers[1]
	ctx := context.Background()
	made := make(chan int)
	begin := time.Now()
	for range goroutines {
		go func() {
			n := 0
			for total := int(length.Seconds() * float64(rate) / float64(goroutines)); n < total && time.Since(begin) < 4*length; {
				due := min(total, int(time.Since(begin).Seconds()*float64(rate)/float64(goroutines))+1)
				for ; n < due; n++ {
					_, scope := tele.Start(ctx, "load.scope", slog.Int("n", n))
					scope.End()
				}
				time.Sleep(time.Millisecond)
			}
			made <- n
		}()
	}
	total := 0
	for range goroutines {
		total += <-made
	}
	fmt.Println(total, time.Since(begin))
	return nil
}
