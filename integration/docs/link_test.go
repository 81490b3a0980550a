package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	gast "github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// TestLinks wants the files and headings to be there that pages link to, and each article to be in the index.
func TestLinks(t *testing.T) {
	pages := articles(t)
	linked := map[string]bool{}
	headings := map[string]map[string]bool{}
	links := map[string][]string{}
	for _, p := range pages {
		headings[p.name], links[p.name] = outline(t, p.name)
	}
	for from, all := range links {
		for _, link := range all {
			if strings.Contains(link, "://") {
				continue
			}
			name, anchor, _ := strings.Cut(link, "#")
			to := from
			if name != "" {
				to = path.Join(path.Dir(from), name)
			}
			if from == "docs/README.md" {
				linked[to] = true
			}
			if _, err := os.Stat(filepath.Join(checkout, to)); err != nil {
				t.Errorf("%s: %s: %v", from, link, err)
			} else if known, isPage := headings[to]; anchor != "" && isPage && !known[anchor] {
				t.Errorf("%s: %s: there is no such heading", from, link)
			}
		}
	}
	for _, p := range pages {
		if strings.HasPrefix(p.name, "docs/") && p.name != "docs/README.md" && !linked[p.name] {
			t.Errorf("docs/README.md does not name %s", p.name)
		}
	}
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

// outline returns the anchors of the headings in a page, as GitHub makes them, and where its links lead.
func outline(t *testing.T, name string) (anchors map[string]bool, links []string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(checkout, name))
	if err != nil {
		t.Fatal(err)
	}
	anchors = map[string]bool{}
	root := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
	err = gast.Walk(root, func(n gast.Node, entering bool) (gast.WalkStatus, error) {
		switch n := n.(type) {
		case *gast.Heading:
			if entering {
				line := ""
				for i := range n.Lines().Len() {
					segment := n.Lines().At(i)
					line += string(segment.Value(source))
				}
				anchors[strings.ReplaceAll(notInAnchors.ReplaceAllString(strings.ToLower(line), ""), " ", "-")] = true
			}
		case *gast.Link:
			if entering {
				links = append(links, string(n.Destination))
			}
		case *gast.Image:
			if entering {
				links = append(links, string(n.Destination))
			}
		}
		return gast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return anchors, links
}
