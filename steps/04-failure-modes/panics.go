package failuremodes

import (
	"log/slog"
	"net/http"
)

// recovered answers a request whose handler panics with status 500.
func recovered(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			switch p {
			case nil:
				return
			case http.ErrAbortHandler: // is meant to end the connection
				panic(p)
			}
			log.ErrorContext(r.Context(), "the handler panicked", "panic", p)
			answer(w, http.StatusInternalServerError, failure{"something went wrong"})
		}()
		next.ServeHTTP(w, r)
	})
}
