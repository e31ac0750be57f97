package web

import "net/http"

// policy allows what the page is made of: its own files, and nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// maxForm is how much a form may send, in bytes.
const maxForm = 16 << 10

// guarded answers this machine's own browser alone. A page of a foreign site,
// one whose name has been pointed at 127.0.0.1 included, can neither read from
// here nor make anything happen. Where a proxy serves the page under a name that
// the environment vouches for, that name is our own.
func (s *Server) guarded(next http.Handler) (http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.entrance.Names { // the proxy may have made the Host another one
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	sameSite := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with none at all, our own forms would come from "null"
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if !s.entrance.Local(r) {
			http.Error(w, "only this machine's own browser may look here: open the address that the terminal names, "+s.Address()+". Behind a proxy of your own, start the workshop with WORKSHOP_ORIGIN set to how the address begins in your browser", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		sameSite.ServeHTTP(w, r)
	}), nil
}
