package markdown

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	htmlparser "golang.org/x/net/html"
)

const source = "package m\n\n" +
	"// A | b \\| c \\\\| d \\\\\\| e `|` `f` ``g`` \\`h <b>i</b> <!-- j --> &lt; &#124; &amp;amp; *k* **l** _m_ __n__ ~o~ ~~p~~\n" +
	"//\n//tele:scope text.marks\nfunc marks() {}\n\n" +
	"// [a](http://b.c) ![d](e) [f][g] <http://h.i> $x$ @team user@host ``` # 1. - + > = : :smile: \\\n" +
	"//\n//tele:scope text.links\nfunc links() {}\n\n" +
	"// 𝄞 ä \u200b \u00a0 end\n" +
	"//\n//tele:scope text.wide\nfunc wide_with_underscores_() {}\n\n" +
	"//tele:scope a|b\nfunc pipe() {}\n\n" +
	"//tele:scope `a`|`b`\nfunc ticks() {}\n\n" +
	"//tele:scope a\\\nfunc backslash() {}\n\n" +
	"//tele:scope <script>alert(1)</script>\nfunc tag() {}\n\n" +
	"//tele:scope __init__\nfunc __init__() {}\n\n" +
	"//tele:scope key <a|b=1\nfunc key() {}\n\n" +
	"//tele:scope key <a>b</a>=1\nfunc key2() {}\n"

// A site has what the columns of the catalogue show.
type site struct{ Name, Kind, Keys, Function, File, Context, Description string }

func TestCatalogue(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "teleinstr")
	build := exec.Command("go", "build", "-o", binary, "./cmd/teleinstr")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tree := filepath.Join(dir, "tree")
	for _, name := range []string{"m.go", "_a_b_.go", "sub dir/`*`.go"} {
		path := filepath.Join(tree, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(source), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want := wantedSites(t, list(t, binary, tree, "json"))
	if len(want) != 30 {
		t.Fatalf("%d sites, want 30", len(want))
	}
	markdown := list(t, binary, tree, "markdown")
	got := renderedSites(t, markdown)
	sort := func(sites []site) {
		slices.SortFunc(sites, func(a, b site) int {
			return strings.Compare(a.Name+"\x00"+a.File+"\x00"+a.Function, b.Name+"\x00"+b.File+"\x00"+b.Function)
		})
	}
	sort(want)
	sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s\n%s", diff, markdown)
	}
}

// list returns what list prints in a format. It finds refused sites.
func list(t *testing.T, binary, dir, format string) []byte {
	t.Helper()
	cmd := exec.Command(binary, "list", "--format", format, "m.go", "_a_b_.go", "./sub dir")
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("got %v, want exit status 1", err)
	}
	return out
}

func wantedSites(t *testing.T, out []byte) []site {
	t.Helper()
	var rows []struct {
		Name, Kind, Function, File, Context, Refused, Doc string
		Keys                                              []string
	}
	if err := json.Unmarshal(out, &rows); err != nil {
		t.Fatal(err)
	}
	var sites []site
	for _, r := range rows {
		s := site{r.Name, r.Kind, strings.Join(r.Keys, " "), r.Function, r.File, r.Context, r.Doc}
		if r.Refused != "" {
			s.Context = "refused: " + r.Refused
		}
		// A character of no width keeps @ from being a mention; white space is a space, as HTML has it.
		for _, text := range []*string{&s.Name, &s.Context, &s.Description} {
			*text = strings.Join(strings.Fields(strings.ReplaceAll(*text, "@", "@\u200b")), " ")
		}
		sites = append(sites, s)
	}
	return sites
}

// renderedSites renders markdown as GitHub does, and returns the text of the cells. No cell may hold anything but text
// and code.
func renderedSites(t *testing.T, markdown []byte) []site {
	t.Helper()
	var page bytes.Buffer
	converter := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := converter.Convert(markdown, &page); err != nil {
		t.Fatal(err)
	}
	root, err := htmlparser.Parse(&page)
	if err != nil {
		t.Fatal(err)
	}
	var sites []site
	for node := range root.Descendants() {
		if node.Type != htmlparser.ElementNode || node.Data != "tr" || node.Parent.Data != "tbody" {
			continue
		}
		var cells []string
		for cell := range node.ChildNodes() {
			if cell.Type == htmlparser.ElementNode {
				cells = append(cells, textOf(t, cell))
			}
		}
		if len(cells) != 7 {
			t.Fatalf("%d cells in %q", len(cells), cells)
		}
		sites = append(sites, site{cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]})
	}
	return sites
}

func textOf(t *testing.T, cell *htmlparser.Node) string {
	t.Helper()
	var text strings.Builder
	for node := range cell.Descendants() {
		switch {
		case node.Type == htmlparser.TextNode:
			text.WriteString(node.Data)
		case node.Type != htmlparser.ElementNode || node.Data != "code":
			t.Errorf("a cell holds %q", node.Data)
		}
	}
	return text.String()
}
