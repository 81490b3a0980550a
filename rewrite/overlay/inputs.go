package overlay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// inputs collects all that an overlay follows from, for a key to find it by.
type inputs struct {
	seen  []string // directories that were walked
	lines []string
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

// addTree notes the Go files below a directory, but for directories with a dot in front and other modules. Of
// files under vendor, the time will do: nobody edits them.
func (in *inputs) addTree(root string, files fileMap) error {
	if slices.Contains(in.seen, root) {
		return nil
	}
	in.seen = append(in.seen, root)
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if path != root && (skipped(d.Name()) || isModule(path)) {
				return filepath.SkipDir
			}
			return nil
		case !strings.HasSuffix(path, ".go"):
			return nil
		case strings.Contains(path, string(filepath.Separator)+"vendor"+string(filepath.Separator)):
			info, err := d.Info()
			if err == nil {
				in.lines = append(in.lines, fmt.Sprint(path, info.Size(), info.ModTime().UnixNano()))
			}
			return err
		default:
			return in.addFile(path, files)
		}
	})
}

func skipped(name string) bool { return name[0] == '.' }

func isModule(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil && !info.IsDir()
}

// covers reports whether the Go files of a directory are among the inputs.
func (in *inputs) covers(dir string) bool {
	for _, root := range in.seen {
		rel, err := filepath.Rel(root, dir)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		hidden := rel != "." && slices.ContainsFunc(strings.Split(rel, string(filepath.Separator)), skipped)
		other := false
		for d := dir; d != root; d = filepath.Dir(d) {
			other = other || isModule(d)
		}
		if !hidden && !other {
			return true
		}
	}
	return false
}

func (in *inputs) key() string {
	return hash([]byte(strings.Join(in.lines, "\n")))
}
