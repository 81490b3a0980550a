package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"strings"
)

//go:embed assets libraries/*.js libraries/*.css libraries/*.LICENSE
var files embed.FS

const flameGraph = "libraries/d3-flamegraph.umd.min.js"

// scripts run in this order: libraries, each after those that it needs, then ours.
var scripts = []string{
	"libraries/d3-selection.min.js", "libraries/d3-dispatch.min.js", "libraries/d3-timer.min.js", "libraries/d3-ease.min.js",
	"libraries/d3-color.min.js", "libraries/d3-interpolate.min.js", "libraries/d3-array.min.js", "libraries/d3-format.min.js",
	"libraries/d3-hierarchy.min.js", "libraries/d3-scale.min.js", "libraries/d3-transition.min.js",
	flameGraph, "libraries/uPlot.iife.min.js",
	"assets/format.js", "assets/elements.js", "assets/model.js", "assets/state.js", "assets/treegrid.js", "assets/flame.js",
	"assets/scopes.js", "assets/details.js", "assets/lanes.js", "assets/timeline.js", "assets/series.js", "assets/metrics.js",
	"assets/recording.js", "assets/main.js",
}

var styles = []string{"libraries/uPlot.min.css", "assets/style.css", "assets/views.css", "assets/print.css"}

// A licence is that of libraries in the page.
type licence struct{ Of, Text string }

func licences() []licence {
	return []licence{
		{"d3-flame-graph 5.0.0", content("libraries/d3-flamegraph.LICENSE")},
		{"uPlot 1.6.32", content("libraries/uPlot.LICENSE")},
		{
			"d3-dispatch 3.0.1, d3-hierarchy 3.1.2, d3-interpolate 3.0.1, d3-scale 4.0.2, d3-selection 3.0.0, d3-timer 3.0.1, d3-transition 3.0.1",
			content("libraries/d3-selection.LICENSE"),
		},
		{"d3-array 3.2.4", content("libraries/d3-array.LICENSE")},
		{"d3-color 3.1.0", content("libraries/d3-color.LICENSE")},
		{"d3-ease 3.0.1", content("libraries/d3-ease.LICENSE")},
		{"d3-format 3.1.2", content("libraries/d3-format.LICENSE")},
	}
}

func contents[T ~string](names []string) []T {
	var all []T
	for _, name := range names {
		all = append(all, T(content(name)))
	}
	return all
}

func content(name string) string {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(b)
}

// policy returns a Content Security Policy by which a page may run these scripts and styles and load nothing.
func policy(scripts []template.JS, styles []template.CSS) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src " + hashes(scripts),
		"style-src " + hashes(append(styles[:len(styles):len(styles)], insertedStyle())),
		"base-uri 'none'",
		"form-action 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
}

func hashes[T ~string](contents []T) string {
	var all []string
	for _, c := range contents {
		sum := sha256.Sum256([]byte(c))
		all = append(all, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	return strings.Join(all, " ")
}

// insertedStyle returns the style sheet that d3-flame-graph adds to the document when it is loaded.
func insertedStyle() template.CSS {
	_, after, _ := strings.Cut(content(flameGraph), ".textContent=`")
	sheet, _, _ := strings.Cut(after, "`")
	return template.CSS(sheet)
}
