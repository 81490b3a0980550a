package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/table"
)

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
			progressbar.OptionSetDescription("reading"), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth(),
			progressbar.OptionSetSpinnerChangeInterval(0)) // else a goroutine goes on showing a bar without a size
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
