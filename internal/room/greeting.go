package room

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"otel.workshop/internal/room/wire"
)

// The page for whoever scans the room's code with a phone. It runs nothing and
// loads nothing: its policy allows this one style, by its hash.
var (
	//go:embed greeting.html
	greetingHTML string
	//go:embed greeting.css
	greetingCSS string

	greetingPage = template.Must(template.New("greeting").Parse(greetingHTML))
	policy       = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + styleHash() + "'"
)

func styleHash() string {
	sum := sha256.Sum256([]byte(greetingCSS))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (r *Room) drawGreeting(w http.ResponseWriter, title string, at wire.Address) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = greetingPage.Execute(w, struct { // who has gone reads nothing
		Title, Address string
		Forwards       bool
		Style          template.CSS
	}{title, at.String(), r.opts.Forward != nil, template.CSS(greetingCSS)})
}
