package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
	"github.com/teleinstr/teleinstr/rewrite/atomicfile"
)

// A pendingFile replaces a file when it is complete, or is standard output, or what is no regular file. It may be as large as it likes.
type pendingFile struct {
	io.Writer
	commit  func() error
	discard func() // removes what is not committed
}

func createFile(cmd *cobra.Command, name string) (*pendingFile, error) {
	if name == recording.Stdin {
		return &pendingFile{cmd.OutOrStdout(), func() error { return nil }, func() {}}, nil
	}
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &pendingFile{f, f.Close, func() { f.Close() }}, nil
	}
	f, err := replaceFile(name, info)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	commit := func() error {
		if err := f.Commit(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	stop := removeOnInterrupt(f.Name())
	return &pendingFile{f, commit, func() { stop(); f.Discard() }}, nil
}

// removeOnInterrupt has an interrupt remove a file before it ends the process, until stop is called, once.
func removeOnInterrupt(name string) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			os.Remove(name)
			dieOf(s)
		case <-done:
		}
	}()
	return func() { close(done) }
}

// replaceFile returns what is to take the place of a file, or of what a link of that name leads to. Info is nil if there is none yet.
func replaceFile(name string, info os.FileInfo) (*atomicfile.File, error) {
	if info == nil {
		return atomicfile.Create(name, 0o666)
	}
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, err
	}
	f, err := atomicfile.Create(name, 0o666)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(info.Mode().Perm()); err != nil {
		f.Discard()
		return nil, err
	}
	return f, nil
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
