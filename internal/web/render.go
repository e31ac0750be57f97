package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"sync"
)

//go:embed templates
var templateFiles embed.FS

// templates are parsed at the first request: most commands draw no page.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").ParseFS(templateFiles, "templates/*.html"))
})

// A page is what the frame around each view needs.
type page struct {
	Title  string // of the window
	View   string // "workshop", "live", "mistakes", "room": the tab that is open
	Story  bool
	Room   bool
	Status statusView
	Body   any
}

// show draws a whole view: the template of that name, in the frame.
func (s *Server) show(w http.ResponseWriter, name string, p page) {
	p.Story, p.Room, p.Status = s.story, s.room != nil, s.status()
	s.draw(w, name, p)
}

// draw answers with what a template makes of data: all of it, or an error.
func (s *Server) draw(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := templates().ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page could not be drawn: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = b.WriteTo(w) // a browser that has gone needs no answer
}

// done answers a form. The page's own script is told of what has changed by
// events; a browser without it goes back to where it was.
func done(w http.ResponseWriter, r *http.Request, back string) {
	if r.Header.Get("HX-Request") != "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
