// Package page writes a summary as one HTML page that holds all it needs: scripts, styles and data. The page loads nothing, and its
// Content Security Policy forbids that, by the hashes of the scripts and styles that it may run.
//
// The data goes into a block of JSON. What came from a recording reaches the document as text only, by the scripts in assets, so that
// no name or value can be markup. The size is bounded, whatever the summary holds.
package page

import (
	"encoding/json"
	"html/template"
	"io"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// A document is what the layout fills in.
type document struct {
	Title    string
	Policy   string
	Styles   []template.CSS
	Scripts  []template.JS
	Data     template.JS
	Licences []licence
	Fallback fallback
}

// Write writes the page of a summary with details. What it writes depends on the arguments alone.
func Write(w io.Writer, s *summary.Summary, title string) error {
	if title == "" {
		title = "Recording"
	}
	encoded, err := json.Marshal(newData(s, title)) // escapes <, >, &, U+2028 and U+2029
	if err != nil {
		return err
	}
	layout, err := template.ParseFS(files, "assets/page.html")
	if err != nil {
		return err
	}
	d := document{
		Title:    title,
		Styles:   contents[template.CSS](styles),
		Scripts:  contents[template.JS](scripts),
		Data:     template.JS(encoded),
		Licences: licences(),
		Fallback: newFallback(s),
	}
	d.Policy = policy(d.Scripts, d.Styles)
	return layout.Execute(w, d)
}
