package overlay

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A fileMap says what the go command is to see in files: the file that stands in for each, by absolute path; empty for a
// file that is not to be there. It is the file format of -overlay.
type fileMap struct{ Replace map[string]string }

// readFileMap reads the caller's own overlay. Its paths are relative to the directory that the go command runs in.
func readFileMap(name, dir string) (fileMap, error) {
	m := fileMap{map[string]string{}}
	if name == "" {
		return m, nil
	}
	src, err := os.ReadFile(absolute(dir, name))
	if err != nil {
		return m, fmt.Errorf("-overlay: %w", err)
	}
	var read fileMap
	if err := json.Unmarshal(src, &read); err != nil {
		return m, fmt.Errorf("-overlay: %s: %w", name, err)
	}
	for path, to := range read.Replace {
		if to != "" {
			to = absolute(dir, to)
		}
		m.Replace[absolute(dir, path)] = to
	}
	return m, nil
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// read reads a file as the go command sees it.
func (m fileMap) read(path string) ([]byte, error) {
	to, replaced := m.Replace[path]
	switch {
	case !replaced:
		return os.ReadFile(path)
	case to == "":
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	default:
		return os.ReadFile(to)
	}
}

// encode returns the map as the go command reads it. Equal maps give equal bytes.
func (m fileMap) encode() []byte {
	out, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		panic("overlay: file names do not encode: " + err.Error())
	}
	return out
}
