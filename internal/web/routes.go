package web

import (
	"embed"
	"net/http"
)

//go:embed static
var static embed.FS

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", cached(http.FileServerFS(static)))
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /status", s.statusPart)
	mux.HandleFunc("GET /span", s.spanPart)

	mux.HandleFunc("GET /{$}", s.workshopPage)
	mux.HandleFunc("GET /workshop/nav", s.navPart)
	mux.HandleFunc("GET /workshop/check", s.checkPart)
	mux.HandleFunc("POST /workshop/expected", s.expectedPart) // it starts a check of the solution
	mux.HandleFunc("POST /workshop/at", s.goTo)
	mux.HandleFunc("POST /workshop/again", s.again)
	mux.HandleFunc("POST /workshop/hint", s.hint)
	mux.HandleFunc("GET /lesson/{step}", s.lessonPage)

	mux.HandleFunc("GET /live", s.livePage)
	mux.HandleFunc("GET /live/service", s.servicePart)
	mux.HandleFunc("GET /live/traces", s.tracesPart)
	mux.HandleFunc("GET /live/metrics", s.metricsPart)
	mux.HandleFunc("POST /live/start", s.start)
	mux.HandleFunc("POST /live/stop", s.stop)
	mux.HandleFunc("POST /live/send", s.send)
	mux.HandleFunc("POST /live/fault", s.fault)
	mux.HandleFunc("GET /mistakes", s.mistakesPage)
	mux.HandleFunc("GET /mistakes/{name}", s.mistakePage)
	mux.HandleFunc("GET /mistakes/{name}/demo", s.demoPart)
	mux.HandleFunc("POST /mistakes/{name}/run", s.runDemo)
	mux.HandleFunc("GET /room", s.inRoom(s.roomPage))
	mux.HandleFunc("GET /room/now", s.inRoom(s.nowPart))
	mux.HandleFunc("GET /room/people", s.inRoom(s.peoplePart))
	mux.HandleFunc("POST /room/revoke", s.inRoom(s.revoke))
	mux.HandleFunc("POST /room/remove", s.inRoom(s.remove))
	if s.story {
		mux.HandleFunc("GET /story", s.storyPage)
	}
	return mux
}

// cached lets the browser keep what is embedded, but ask whether it is still
// the same: another version of the workshop may be served here tomorrow.
func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}
