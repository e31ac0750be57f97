package collector

import (
	"net/http"
	"slices"
)

// letPagesSend tells a browser that a page of this machine, such as one on
// http://localhost:3000 with an exporter of its own, may send here and read the
// answer. It reports whether the browser was only asking: that is answered
// then. Origins that are not of this machine have been refused before.
//
// https://fetch.spec.whatwg.org/#http-cors-protocol
func letPagesSend(w http.ResponseWriter, req *http.Request) (asked bool) {
	origin := req.Header.Get("Origin")
	if origin == "" {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	if req.Method != http.MethodOptions || req.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", http.MethodPost)
	if wanted := req.Header.Values("Access-Control-Request-Headers"); len(wanted) > 0 {
		h["Access-Control-Allow-Headers"] = slices.Clone(wanted) // an exporter may be given any
	}
	h.Set("Access-Control-Max-Age", "600") // seconds
	w.WriteHeader(http.StatusNoContent)
	return true
}
