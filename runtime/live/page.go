package live

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

//go:embed page/page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"visible": visible}).Parse(pageText))

// A page is one of those that there are, by the last element of its path.
type page struct {
	Name, Title string
	// Empty stands in place of a table without rows.
	Empty string
	// table makes the table of those rows whose scope contains the query.
	table func(s Snapshot, q query) *table
}

var pages = []*page{
	{"", "Tree", "Nothing has been timed yet.", treeTable},
	{"in-flight", "In flight", "No scope is in flight.", inFlightTable},
	{"slowest", "Slowest", "No scope has ended in the last ten minutes.", slowestTable},
	{"errors", "Errors", "No scope has ended with an error.", errorTable},
	{"metrics", "Metrics", "No metric has been recorded yet.", metricTable},
}

func pageNamed(name string) *page {
	for _, p := range pages {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// A query is what is asked of a page.
type query struct {
	Contains string // what the path of a scope must contain
	Sort     string // the key of a column, after - to have it the other way round
	Flat     bool   // have no tree
}

func queryOf(r *http.Request) query {
	values := r.URL.Query()
	return query{Contains: values.Get("q"), Sort: values.Get("sort"), Flat: values.Has("flat")}
}

// URL returns q as a relative URL, which is of the page that it stands on.
func (q query) URL() string {
	values := url.Values{}
	if q.Contains != "" {
		values.Set("q", q.Contains)
	}
	if q.Sort != "" {
		values.Set("sort", q.Sort)
	}
	if q.Flat {
		values.Set("flat", "1")
	}
	return "?" + values.Encode()
}

// A link of the navigation.
type link struct {
	URL, Title string
	Count      int64 // of scopes in flight
	Current    bool
}

// pageData is what the template shows.
type pageData struct {
	Program  string
	Page     *page
	Links    []link
	Query    query
	Flatten  string // the URL of the tree as a list, or of the list as a tree; empty elsewhere
	Table    *table
	Snapshot Snapshot
	Elapsed  string
	Control  bool
	MaxNames int
}

func (v *View) servePage(w http.ResponseWriter, r *http.Request, p *page) {
	s, q := v.Snapshot(), queryOf(r)
	data := pageData{
		Program: filepath.Base(os.Args[0]), Page: p, Query: q, Table: p.table(s, q), Snapshot: s,
		Elapsed: readable(s.Elapsed), Control: v.options.Control, MaxNames: v.options.MaxNames,
	}
	data.Table.finish()
	if p.Name == "" {
		other := q
		other.Flat = !q.Flat
		data.Flatten = other.URL()
	}
	for _, each := range pages {
		l := link{URL: "./" + each.Name + query{Contains: q.Contains}.URL(), Title: each.Title, Current: each == p}
		if each.Name == "in-flight" {
			l.Count = int64(len(s.InFlight)) + s.Untracked
		}
		data.Links = append(data.Links, l)
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(out.Bytes())
}

func (q query) matches(path string) bool {
	return strings.Contains(path, q.Contains)
}
