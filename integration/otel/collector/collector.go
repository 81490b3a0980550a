// Package collector builds an OpenTelemetry Collector of the components that tests need, once for each version of it and of Go, and starts and stops it.
package collector

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// source is a module of its own, which go.sum pins, in the checkout.
const source = "integration/otel/testdata/collector"

// Build returns the file of a Collector. It is built into the build directory of the checkout, unless it is there.
func Build(checkout string) (binary string, err error) {
	key := sha256.New()
	fmt.Fprintln(key, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		contents, err := os.ReadFile(filepath.Join(checkout, source, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(key, "%d %s", len(contents), contents)
	}
	binary, err = filepath.Abs(filepath.Join(checkout, "build/otel-collector", fmt.Sprintf("%.8x", key.Sum(nil)), "collector"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", binary+".new", ".")
	cmd.Dir = filepath.Join(checkout, source)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the OpenTelemetry Collector does not build: %w\n%s", err, out)
	}
	return binary, os.Rename(binary+".new", binary)
}

// A Collector is the process of one.
type Collector struct {
	Cmd *exec.Cmd
	Log bytes.Buffer // what it has written, to be read when it has ended
}

// Start starts a Collector with the text of a configuration, which it writes to a directory, and waits until it listens at all
// of the ports.
func Start(binary, dir, config string, ports []int) (*Collector, error) {
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o666); err != nil {
		return nil, err
	}
	c := &Collector{Cmd: exec.Command(binary, "--config", file)}
	c.Cmd.Stdout, c.Cmd.Stderr = &c.Log, &c.Log
	if err := c.Cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if !slices.ContainsFunc(ports, refuses) {
			return c, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("the collector does not start\n%s", config), c.Stop(), errors.New(c.Log.String()))
}

func refuses(port int) bool {
	connection, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return true
	}
	connection.Close()
	return false
}

// Stop has the Collector write what it still holds, and waits until it has ended.
func (c *Collector) Stop() error {
	if c.Cmd.ProcessState != nil {
		return nil
	}
	timer := time.AfterFunc(20*time.Second, func() { c.Cmd.Process.Kill() })
	defer timer.Stop()
	return errors.Join(c.Cmd.Process.Signal(os.Interrupt), c.Cmd.Wait())
}

// Kill ends the Collector without giving it a chance to do anything.
func (c *Collector) Kill() error {
	err := c.Cmd.Process.Kill()
	c.Cmd.Wait() // which says that it was killed
	return err
}

// FreePorts returns so many ports of this machine at which nobody listens.
func FreePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // when all are found, so that they differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// URL returns that of a port.
func URL(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }
