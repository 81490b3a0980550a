package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/renameio/v2"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/table"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// badLines are the lines of recordings that cannot be read.
type badLines struct {
	first []error
	count int
	torn  int
}

const maxBadLines = 10

// add notes a line. One that is cut short is what a crash leaves.
func (b *badLines) add(err error) {
	if errors.Is(err, jsonl.ErrTorn) {
		b.torn++
	}
	b.count++
	if len(b.first) < maxBadLines {
		b.first = append(b.first, err)
	}
}

// report prints what is wrong, and returns errFindings if it is more than what a crash leaves.
func (b *badLines) report(w io.Writer) error {
	for _, err := range b.first {
		fmt.Fprintln(w, err)
	}
	if more := b.count - len(b.first); more > 0 {
		fmt.Fprintf(w, "teleinstr: %s that cannot be read\n", count(more, "more line", "more lines"))
	}
	if b.count > b.torn {
		return errFindings
	}
	return nil
}

// A pendingFile replaces a file when it is complete, or is standard output, or what is no regular file.
type pendingFile struct {
	io.Writer
	replace *renameio.PendingFile // nil if there is nothing to replace
	direct  *os.File              // nil if there is nothing to close
}

func createFile(cmd *cobra.Command, name string) (*pendingFile, error) {
	if name == recording.Stdin {
		return &pendingFile{Writer: cmd.OutOrStdout()}, nil
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		return &pendingFile{Writer: f, direct: f}, err
	}
	f, err := renameio.NewPendingFile(name, renameio.WithPermissions(0o666), renameio.WithExistingPermissions())
	if err != nil {
		return nil, err
	}
	return &pendingFile{Writer: f, replace: f}, nil
}

func (f *pendingFile) commit() error {
	switch {
	case f.replace != nil:
		return f.replace.CloseAtomicallyReplace()
	case f.direct != nil:
		return f.direct.Close()
	}
	return nil
}

// discard removes what is not committed.
func (f *pendingFile) discard() {
	if f.replace != nil {
		f.replace.Cleanup()
	}
}

func writeFile(cmd *cobra.Command, name string, write func(io.Writer) error) error {
	f, err := createFile(cmd, name)
	if err != nil {
		return err
	}
	defer f.discard()
	if err := write(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return f.commit()
}

// terminal returns the file behind a stream, if it is a terminal.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// terminalStyle returns the style for an output stream. NO_COLOR is that of https://no-color.org.
func terminalStyle(w io.Writer) table.Style {
	f, ok := terminal(w)
	if !ok {
		return table.Style{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return table.Style{Width: width, Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// showProgress shows how much has been read, on a terminal and after a second. stop takes it away.
func showProgress(w io.Writer, r *recording.Recording) (stop func()) {
	if _, ok := terminal(w); !ok {
		return func() {}
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-time.After(time.Second):
		case <-done:
			return
		}
		bar := progressbar.NewOptions64(r.Size(), progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription("reading"), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			bar.Set64(r.Read())
			select {
			case <-tick.C:
			case <-done:
				bar.Clear()
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}
