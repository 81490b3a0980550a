package overlay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// inputs collects all that an overlay follows from, for a key to find it by.
type inputs struct {
	seen  map[string]bool // directories whose files are noted
	lines []string
	// stamps are those of all files, to tell whether one has changed while the overlay was worked out.
	stamps []string
	now    time.Time
}

func newInputs() *inputs { return &inputs{seen: map[string]bool{}, now: time.Now()} }

// add notes something that has no name of its own.
func (in *inputs) add(kind string, value any) error {
	encoded, err := json.Marshal(value)
	in.lines = append(in.lines, kind+" "+string(encoded))
	return err
}

// addFile notes what the go command sees in a file.
func (in *inputs) addFile(path string, files fileMap) {
	src, err := files.read(path)
	if err != nil {
		in.lines = append(in.lines, "unread "+path)
		return
	}
	sum := sha256.Sum256(src)
	in.lines = append(in.lines, path+" "+hex.EncodeToString(sum[:]))
}

// addTree notes the Go files below a directory that patterns with dots match, see go help packages, and its
// go.mod. What cannot be read is of no concern as long as the build does not need it.
func (in *inputs) addTree(root string, files fileMap) {
	if !in.seen[root] {
		in.addFile(filepath.Join(root, "go.mod"), files)
		in.addDirectory(root, true, files)
	}
}

func (in *inputs) addDirectory(dir string, recursive bool, files fileMap) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		in.lines = append(in.lines, "unread "+dir)
		return
	}
	in.seen[dir] = true
	for _, e := range entries {
		name := e.Name()
		path := dir + string(filepath.Separator) + name
		switch {
		case e.IsDir():
			if recursive && !skipped(name) && !isFile(path+string(filepath.Separator)+"go.mod") {
				in.addDirectory(path, true, files)
			}
		case strings.HasSuffix(name, ".go"):
			in.addSource(path, files)
		}
	}
}

// addSource notes a Go file: by its stamp, or else by what is in it. What an overlay puts in its place is noted by
// itself.
func (in *inputs) addSource(path string, files fileMap) {
	link, err := os.Lstat(path)
	if err != nil {
		return
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return // the go command passes it by
	}
	text, settled := stamp(info, in.now)
	in.stamps = append(in.stamps, path+" "+text)
	if settled && link.Mode().IsRegular() {
		in.lines = append(in.lines, path+" "+text)
		return
	}
	in.addFile(path, files)
}

func skipped(name string) bool { return name[0] == '.' || name[0] == '_' || name == "testdata" }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// key returns what a record is found by.
func (in *inputs) key() string {
	return hash([]byte(strings.Join(in.lines, "\n")))
}

// same reports whether nothing has changed from one time to another.
func (in *inputs) same(other *inputs) bool {
	return in.key() == other.key() && slices.Equal(in.stamps, other.stamps)
}
