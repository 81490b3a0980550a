package cache

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

// Inputs collect all that something follows from, for a key to find it by.
type Inputs struct {
	read  func(path string) ([]byte, error)
	seen  map[string]bool // directories whose files are noted
	lines []string
	// stamps are those of all files, to tell whether one has changed meanwhile.
	stamps []string
	now    time.Time
}

// NewInputs returns inputs without any. Files are read by read, as far as they are.
func NewInputs(read func(path string) ([]byte, error)) *Inputs {
	return &Inputs{read: read, seen: map[string]bool{}, now: time.Now()}
}

// Sees reports whether the Go files in a directory are among the inputs.
func (in *Inputs) Sees(dir string) bool { return in.seen[dir] }

// Add notes something that has no name of its own.
func (in *Inputs) Add(kind string, value any) error {
	encoded, err := json.Marshal(value)
	in.lines = append(in.lines, kind+" "+string(encoded))
	return err
}

// AddFile notes what is in a file.
func (in *Inputs) AddFile(path string) {
	src, err := in.read(path)
	if err != nil {
		in.lines = append(in.lines, "unread "+path)
		return
	}
	sum := sha256.Sum256(src)
	in.lines = append(in.lines, path+" "+hex.EncodeToString(sum[:]))
}

// AddTree notes the Go files below a directory that patterns with dots match, see go help packages, and its
// go.mod. What cannot be read is of no concern as long as the build does not need it.
func (in *Inputs) AddTree(root string) {
	if !in.seen[root] {
		in.AddFile(filepath.Join(root, "go.mod"))
		in.AddDirectory(root, true)
	}
}

// AddDirectory notes the Go files in a directory, and below it if recursive is set.
func (in *Inputs) AddDirectory(dir string, recursive bool) {
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
				in.AddDirectory(path, true)
			}
		case strings.HasSuffix(name, ".go"):
			in.addSource(path)
		}
	}
}

// addSource notes a Go file: by its stamp, or else by what is in it. What read has in its place is for the caller to note.
func (in *Inputs) addSource(path string) {
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
	in.AddFile(path)
}

func skipped(name string) bool { return name[0] == '.' || name[0] == '_' || name == "testdata" }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// Key returns a text that is another for other inputs.
func (in *Inputs) Key() string {
	return Hash([]byte(strings.Join(in.lines, "\n")))
}

// Same reports whether nothing has changed from one time to another.
func (in *Inputs) Same(other *Inputs) bool {
	return in.Key() == other.Key() && slices.Equal(in.stamps, other.stamps)
}
