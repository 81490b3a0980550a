package overlay

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// vendored returns the paths of the modules of a vendor directory with a modules.txt, and the names of the go.mod files that are added.
func vendored(t *testing.T, list string) (paths, added []string, err error) {
	t.Helper()
	m := &modules{vendor: t.TempDir()}
	if err := os.WriteFile(filepath.Join(m.vendor, "modules.txt"), []byte(list), 0o666); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	found, err := m.vendoredModules(files)
	for _, v := range found {
		paths = append(paths, v.Path)
	}
	for path := range files {
		name, _ := filepath.Rel(m.vendor, path)
		added = append(added, filepath.ToSlash(name))
	}
	slices.Sort(added)
	return paths, added, err
}

func TestVendoredModules(t *testing.T) {
	const list = `# example.com/a v1.0.0
## explicit; go 1.20
example.com/a/p
example.com/a/q
# example.com/none v1.0.0
## explicit
# b v0.1.0 => ../b
## explicit; go 1.21
b
`
	paths, added, err := vendored(t, list)
	if err != nil || !slices.Equal(paths, []string{"example.com/a", "b"}) || !slices.Equal(added, []string{"b/go.mod", "example.com/a/go.mod"}) {
		t.Errorf("got %q with %q, %v", paths, added, err)
	}
}

// TestVendoredModulesOutside has no module lead out of the vendor directory.
func TestVendoredModulesOutside(t *testing.T) {
	for _, path := range []string{"..", "../../a", "example.com/../../a", "/a", `..\a`, "C:/a"} {
		paths, added, err := vendored(t, "# "+path+" v1.0.0\n"+path+"\n")
		if err == nil || !strings.Contains(err.Error(), "modules.txt: ") || len(paths)+len(added) > 0 {
			t.Errorf("%s: got %q with %q, %v", path, paths, added, err)
		}
	}
}
