package web

import (
	"net/http"

	"otel.workshop/internal/loopback"
)

// policy allows what the page is made of: its own files, and nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// maxForm is how much a form may send, in bytes.
const maxForm = 16 << 10

// guarded answers this machine's own browser alone. A page of a foreign site,
// one whose name has been pointed at 127.0.0.1 included, can neither read from
// here nor make anything happen.
func guarded(next http.Handler) http.Handler {
	sameSite := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with none at all, our own forms would come from "null"
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if !loopback.Local(r) {
			http.Error(w, "only this machine's own browser may look here: open the address that the terminal names, http://127.0.0.1:…", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		sameSite.ServeHTTP(w, r)
	})
}
