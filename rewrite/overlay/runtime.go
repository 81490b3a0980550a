package overlay

import (
	_ "embed"
	"path"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/teleinstr/teleinstr/rewrite/cache"
)

// runtimeArchive holds the runtime package, and those that set it up from the environment, as a module: their
// files as they are in this repository but for the constraint in their first lines, which lets them use the
// language of Go 1.26 while go.mod asks no more of the modules that it is added to than Go 1.17 does.
// TestRuntimeArchive compares it with the sources, and writes it if run with -update.
//
//go:embed runtime.txtar
var runtimeArchive []byte

// extractRuntime writes the runtime module to the cache and returns its directory and files.
func extractRuntime(c *cache.Dir) (dir string, files []string, err error) {
	archive := txtar.Parse(runtimeArchive)
	root := path.Join("runtime", cache.Hash(runtimeArchive))
	for _, f := range archive.Files {
		file, err := c.Write(path.Join(root, f.Name), f.Data)
		if err != nil {
			return "", nil, err
		}
		files = append(files, file)
	}
	return c.Path(root), files, nil
}

// constrain puts a build constraint for minVersion into a Go file, before one that it may have.
func constrain(src string) string {
	lines := strings.SplitAfter(src, "\n")
	for i, line := range lines {
		if expr, ok := strings.CutPrefix(line, "//go:build "); ok {
			lines[i] = "//go:build " + minVersion + " && (" + strings.TrimSpace(expr) + ")\n"
			return strings.Join(lines, "")
		}
		if strings.HasPrefix(line, "package ") {
			break
		}
	}
	return "//go:build " + minVersion + "\n\n" + src
}
