package overlay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// inputs collects all that an overlay follows from, for a key to find it by.
type inputs struct {
	seen  map[string]bool // directories whose files are noted
	lines []string
	now   time.Time
}

// add notes something that has no name of its own.
func (in *inputs) add(kind string, value any) error {
	encoded, err := json.Marshal(value)
	in.lines = append(in.lines, kind+" "+string(encoded))
	return err
}

// addFile notes what the go command sees in a file.
func (in *inputs) addFile(path string, files fileMap) error {
	src, err := files.read(path)
	if os.IsNotExist(err) {
		in.lines = append(in.lines, "no "+path)
		return nil
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(src)
	in.lines = append(in.lines, path+" "+hex.EncodeToString(sum[:]))
	return nil
}

// addTree notes the Go files below a directory that patterns with dots match: see go help packages.
func (in *inputs) addTree(root string, files fileMap) error {
	if in.seen[root] {
		return nil
	}
	return in.addDirectory(root, files)
}

func (in *inputs) addDirectory(dir string, files fileMap) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	in.seen[dir] = true
	for _, e := range entries {
		name := e.Name()
		path := dir + string(filepath.Separator) + name
		switch {
		case e.IsDir():
			if skipped(name) || isFile(path+string(filepath.Separator)+"go.mod") {
				continue
			}
			if err := in.addDirectory(path, files); err != nil {
				return err
			}
		case !strings.HasSuffix(name, ".go"):
		case in.stamped(path, e):
		default:
			if err := in.addFile(path, files); err != nil {
				return err
			}
		}
	}
	return nil
}

// stamped notes a file by its stamp, if it has one. What an overlay puts in its place is noted by itself.
func (in *inputs) stamped(path string, e fs.DirEntry) bool {
	info, err := e.Info()
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, ok := stamp(info, in.now)
	if ok {
		in.lines = append(in.lines, path+" "+text)
	}
	return ok
}

func skipped(name string) bool { return name[0] == '.' || name[0] == '_' || name == "testdata" }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

func (in *inputs) key() string {
	return hash([]byte(strings.Join(in.lines, "\n")))
}
