package teleprom

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// A pipeListener has connections that hold nothing: what one end writes waits until the other reads it.
type pipeListener struct {
	accepted chan net.Conn
	closed   chan struct{}
}

func (l pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// stuckScrape asks for metrics, and takes nothing of the answer.
func stuckScrape(t *testing.T) (*Server, net.Conn) {
	t.Helper()
	r, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	l := pipeListener{make(chan net.Conn), make(chan struct{})}
	s := r.serve(l)
	here, there := net.Pipe()
	l.accepted <- there
	if _, err := io.WriteString(here, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return s, here
}

// wantCut wants a connection to be closed, with nothing in it, and closes this end too.
func wantCut(t *testing.T, c net.Conn) {
	t.Helper()
	defer c.Close()
	if n, err := c.Read(make([]byte, 100)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("%d bytes and %v come of a connection that was to be cut", n, err)
	}
}

// TestStuckScrape wants one that takes nothing not to stay for good.
func TestStuckScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := stuckScrape(t)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		wantCut(t, c)
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestCloseStuck wants Close to cut off what does not come to its end.
func TestCloseStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := stuckScrape(t)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("close: %v", err)
		}
		wantCut(t, c)
	})
}
