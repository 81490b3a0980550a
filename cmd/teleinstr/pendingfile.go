package main

import (
	"fmt"
	"io"
	"os"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
)

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
