package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
)

// A pendingFile replaces a file when it is complete, or is standard output, or what is no regular file. It may be as large as it likes.
type pendingFile struct {
	io.Writer
	file *os.File // nil for standard output
	name string   // of what it is to replace, empty if it replaces nothing
	done chan struct{}
}

func createFile(cmd *cobra.Command, name string) (*pendingFile, error) {
	if name == recording.Stdin {
		return &pendingFile{Writer: cmd.OutOrStdout()}, nil
	}
	mode := os.FileMode(0o666)
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			return &pendingFile{Writer: f, file: f}, err
		}
		mode = info.Mode().Perm()
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return nil, err
		}
	}
	// Beside the other, as it can be put in the place of that only on the same file system.
	pending := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%d", filepath.Base(name), os.Getpid()))
	f, err := os.OpenFile(pending, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, errors.Unwrap(err))
	}
	p := &pendingFile{Writer: f, file: f, name: name, done: make(chan struct{})}
	p.removeOnInterrupt()
	return p, nil
}

// removeOnInterrupt has an interrupt remove the file before it ends the process, until the file is discarded.
func (f *pendingFile) removeOnInterrupt() {
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			os.Remove(f.file.Name())
			dieOf(s)
		case <-f.done:
		}
	}()
}

func (f *pendingFile) commit() error {
	if f.file == nil {
		return nil
	}
	if err := f.file.Close(); err != nil || f.name == "" {
		return err
	}
	return os.Rename(f.file.Name(), f.name)
}

// discard removes what is not committed. It is to be called once.
func (f *pendingFile) discard() {
	if f.name != "" {
		close(f.done)
		f.file.Close()
		os.Remove(f.file.Name())
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
