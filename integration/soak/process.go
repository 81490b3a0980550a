//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is a service that runs.
type process struct {
	cmd    *exec.Cmd
	url    string
	client *http.Client
	reads  int64 // requests of read
	out    *bufio.Reader
	stderr bytes.Buffer // to be read when it has ended
}

// A reading is what a service says of itself.
type reading struct {
	Served, Failed, Panicked, Aborted, Left int64
	Goroutines                              int
	LiveHeap                                int64
}

// start starts a service.
func start(binary string, env ...string) (*process, error) {
	p := &process{
		cmd: exec.Command(binary),
		client: &http.Client{
			Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: 30 * time.Second,
		},
	}
	p.cmd.Env = append(cleanEnvironment(), env...)
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("the service does not start: %w\n%s", err, &p.stderr)
	}
	p.url = strings.TrimSpace(line)
	return p, nil
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// end asks the service to end, and returns what it says at its end.
func (p *process) end() (r reading, err error) {
	p.client.CloseIdleConnections()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return r, err
	}
	timer := time.AfterFunc(time.Minute, func() { p.cmd.Process.Signal(syscall.SIGQUIT) }) // tells where it hangs
	defer timer.Stop()
	line, err := io.ReadAll(p.out)
	if waited := p.cmd.Wait(); waited != nil {
		return r, fmt.Errorf("the service: %w\n%s", waited, &p.stderr)
	}
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(line, &r)
}

// read asks the service how it is.
func (p *process) read() (r reading, err error) {
	p.reads++
	p.client.CloseIdleConnections()
	response, err := p.client.Get(p.url + "/stats")
	if err != nil {
		return r, err
	}
	defer response.Body.Close()
	return r, json.NewDecoder(response.Body).Decode(&r)
}

// rest returns how the service is when it has no more than so many goroutines. It waits for some seconds at most, and then takes
// the moment with the fewest.
func (p *process) rest(goroutines int) (best reading, err error) {
	for range 20 {
		time.Sleep(250 * time.Millisecond)
		r, err := p.read()
		if err != nil || r.Goroutines <= goroutines {
			return r, err
		}
		if best.Goroutines == 0 || r.Goroutines < best.Goroutines {
			best = r
		}
	}
	return best, nil
}

// resident returns how many bytes of memory the process occupies.
func (p *process) resident() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 2 || fields[1] != "kB" {
		return 0, fmt.Errorf("no VmRSS of process %d", p.cmd.Process.Pid)
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10, err
}
