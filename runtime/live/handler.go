package live

import (
	"embed"
	"fmt"
	"net/http"
	"strings"

	tele "github.com/teleinstr/teleinstr/runtime"
)

//go:embed page/style.css page/script.js page/icon.svg
var files embed.FS

// policy allows what the view itself serves, and nothing inline.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP shows v. The last element of the path says what of it, so that it may be mounted at any path that ends with a slash.
func (v *View) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin") // a form's origin is null with no-referrer
	h.Set("X-Content-Type-Options", "nosniff")
	if !v.options.Allow(r) {
		refuse(w, r)
		return
	}
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch {
	case name == "control":
		v.serveControl(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed: pages are read with GET", http.StatusMethodNotAllowed)
	default:
		v.serve(w, r, name)
	}
}

func (v *View) serve(w http.ResponseWriter, r *http.Request, name string) {
	switch name {
	case "json":
		v.serveJSON(w)
	case "style.css", "script.js", "icon.svg":
		http.ServeFileFS(w, r, files, "page/"+name)
	default:
		if p := pageNamed(name); p != nil {
			v.servePage(w, r, p)
			return
		}
		http.Error(w, "no such page; there are in-flight, slowest, errors, metrics and json, beside the tree at the path with a slash at its end", http.StatusNotFound)
	}
}

func (v *View) serveJSON(w http.ResponseWriter) {
	text, err := v.Snapshot().indented()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(text)
}

var crossOrigin http.CrossOriginProtection

// serveControl does what a button is for.
func (v *View) serveControl(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "method not allowed: use POST, with action=pause, resume or reset", http.StatusMethodNotAllowed)
		return
	}
	if err := crossOrigin.Check(r); err != nil {
		http.Error(w, "request refused: "+err.Error()+"; use the buttons of the page itself", http.StatusForbidden)
		return
	}
	if !v.options.Control {
		http.Error(w, "request refused: the program does not allow it; have it set live.Options.Control", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	switch action := r.PostFormValue("action"); action {
	case "pause":
		tele.Pause()
	case "resume":
		tele.Resume()
	case "reset":
		v.Reset()
	default:
		http.Error(w, fmt.Sprintf("no such action: %.100q; there are pause, resume and reset", action), http.StatusBadRequest)
		return
	}
	to := "./" // relative to what the browser has asked for, whatever prefix was stripped since
	if p := pageNamed(r.PostFormValue("page")); p != nil {
		to += p.Name
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
