package collector

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"otel.workshop/internal/collector/probe"
)

// The content types of OTLP over HTTP. Exporters compare the answer's exactly.
var contentTypes = map[encoding]string{
	protobuf: "application/x-protobuf",
	otlpJSON: "application/json",
}

// ServeHTTP receives OTLP over HTTP and answers probes.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == "PRI" { // how HTTP/2 begins: see greetHTTP, which has told
		http.Error(w, "this port receives OTLP over HTTP, and was asked in gRPC", http.StatusBadRequest)
		return
	}
	if !r.entrance.Local(req) {
		r.store.notLocal(req)
		http.Error(w, onlyLocal, http.StatusForbidden)
		return
	}
	if letPagesSend(w, req) {
		return
	}
	for _, sig := range signals {
		if req.URL.Path == "/v1/"+sig.name {
			r.export(w, req, sig)
			return
		}
	}
	if strings.HasPrefix(req.URL.Path, probe.Path) {
		r.store.probes.ServeHTTP(w, req)
		return
	}
	r.refuse(w, req, nil, &refusal{http: http.StatusNotFound, message: unknownPath(req)})
}

// export receives one request of a signal.
func (r *receiver) export(w http.ResponseWriter, req *http.Request, sig signal) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		r.refuse(w, req, nil, &refusal{http: http.StatusMethodNotAllowed, message: "telemetry is sent with POST, not " + req.Method})
		return
	}
	enc, problem := encodingOf(req)
	if problem != nil {
		r.refuse(w, req, nil, problem)
		return
	}
	zipped, problem := isZipped(w, req)
	if problem != nil {
		r.refuse(w, req, &enc, problem)
		return
	}
	in := r.open(w, req.Body)
	defer in.close()
	body, err := in.read(req.Context(), req.ContentLength)
	if err != nil {
		r.refuse(w, req, &enc, err)
		return
	}
	answer, problem := r.receive(req.Context(), sig, enc, req.Header, body, zipped)
	if problem != nil {
		r.refuse(w, req, &enc, problem)
		return
	}
	w.Header().Set("Content-Type", contentTypes[enc])
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer) // the sender may be gone: it will send again
}

// encodingOf reads the content type.
func encodingOf(req *http.Request) (encoding, *refusal) {
	got := req.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(got); err == nil {
		for enc, name := range contentTypes {
			if media == name {
				return enc, nil
			}
		}
	}
	return 0, &refusal{http: http.StatusUnsupportedMediaType,
		message: "the content type " + strconv.Quote(got) + " is not understood: OTLP over HTTP is application/x-protobuf or application/json"}
}

// isZipped reads the content encoding.
func isZipped(w http.ResponseWriter, req *http.Request) (bool, *refusal) {
	switch enc := strings.ToLower(req.Header.Get("Content-Encoding")); enc {
	case "", "identity":
		return false, nil
	case "gzip":
		return true, nil
	default:
		w.Header().Set("Accept-Encoding", "gzip")
		return false, &refusal{http: http.StatusUnsupportedMediaType,
			message: "the content encoding " + strconv.Quote(enc) + " is not understood: use gzip, or none"}
	}
}

// refuse answers with what is wrong and counts it. With an encoding the answer
// is a Status message, as OTLP wants it; without one it is plain text.
func (r *receiver) refuse(w http.ResponseWriter, req *http.Request, enc *encoding, err error) {
	problem := &refusal{http: http.StatusBadRequest, grpc: codes.InvalidArgument}
	if !errors.As(err, &problem) {
		problem.message = err.Error()
	}
	r.refused(req.Method+" "+req.URL.Path, problem)
	if problem.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(problem.retry.Seconds())))
	}
	if enc == nil {
		http.Error(w, problem.message, problem.http)
		return
	}
	// The optional code is left out: exporters print the body, and this way it
	// reads well.
	status := &spb.Status{Message: problem.message}
	var body []byte
	if *enc == otlpJSON {
		body, err = protojson.Marshal(status)
	} else {
		body, err = proto.Marshal(status)
	}
	if err != nil {
		http.Error(w, problem.message, problem.http)
		return
	}
	w.Header().Set("Content-Type", contentTypes[*enc])
	w.WriteHeader(problem.http)
	_, _ = w.Write(body)
}
