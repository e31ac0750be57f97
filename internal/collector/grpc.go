package collector

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// A grpcHandler serves the three export services over HTTP/2. It does so by
// itself: gRPC's own server reads a whole message before any code of ours runs,
// from every stream of every connection, and its memory could not be bounded.
//
// The protocol is small for calls of one message each: a message is a byte that
// tells whether it is compressed, four bytes of length, and itself; the outcome
// is in two headers, or trailers. See
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
type grpcHandler struct {
	*receiver
	httpAddr string // for those who come to the wrong port
}

const grpcType = "application/grpc"

func (g grpcHandler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.ProtoMajor < 2 || !strings.HasPrefix(req.Header.Get("Content-Type"), grpcType) {
		g.refuse(w, req, nil, &refusal{http: http.StatusUnsupportedMediaType,
			message: "this port receives OTLP over gRPC: OTLP over HTTP goes to http://" + g.httpAddr})
		return
	}
	w.Header().Set("Content-Type", grpcType)
	for _, sig := range signals {
		if req.URL.Path != "/"+sig.service+"/Export" {
			continue
		}
		if err := g.export(w, req, sig); err != nil {
			g.fail(w, req, err)
		}
		return
	}
	g.fail(w, req, &refusal{grpc: codes.Unimplemented, message: "nothing is received at " + req.URL.Path + ": only the Export calls of OTLP's three services are"})
}

// export receives one request of a signal, and answers it unless there is an
// error.
func (g grpcHandler) export(w http.ResponseWriter, req *http.Request, sig signal) error {
	in := g.open(w, req.Body)
	defer in.close()
	message, zipped, err := in.message(req)
	if err != nil {
		return err
	}
	answer, problem := g.receive(req.Context(), sig, protobuf, req.Header, message, zipped)
	if problem != nil {
		return problem
	}
	framed := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(answer)))
	_, _ = w.Write(append(framed, answer...)) // the sender may be gone: it will send again
	w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
	return nil
}

// message reads the one message of a call, and tells whether it is gzip.
func (in *intake) message(req *http.Request) (body []byte, zipped bool, err error) {
	var head [5]byte
	if _, err := io.ReadFull(in.src, head[:]); err != nil {
		return nil, false, in.broken(err)
	}
	length := int64(binary.BigEndian.Uint32(head[1:]))
	switch enc := req.Header.Get("Grpc-Encoding"); {
	case head[0] == 0:
	case enc == "gzip":
		zipped = true
	default:
		return nil, false, &refusal{grpc: codes.Unimplemented,
			message: "the encoding " + strconv.Quote(enc) + " is not understood: use gzip, or none"}
	}
	if length > maxBody {
		return nil, false, errTooLarge
	}
	rest := in.src
	in.src = io.LimitReader(rest, length)
	if body, err = in.read(req.Context(), length); err != nil {
		return nil, false, err
	}
	if int64(len(body)) < length {
		return nil, false, in.broken(io.ErrUnexpectedEOF)
	}
	return body, zipped, nil
}

// fail answers with what is wrong and counts it.
func (g grpcHandler) fail(w http.ResponseWriter, req *http.Request, err error) {
	problem := &refusal{grpc: codes.InvalidArgument}
	if !errors.As(err, &problem) {
		problem.message = err.Error()
	}
	if problem != errSenderGone {
		g.store.refused(strings.TrimPrefix(req.URL.Path, "/"), problem)
	}
	h := w.Header()
	h.Set("Grpc-Status", strconv.Itoa(int(problem.grpc)))
	h.Set("Grpc-Message", grpcMessage(problem.message))
	if problem.grpc == codes.Unimplemented {
		h.Set("Grpc-Accept-Encoding", "gzip")
	}
	if problem.retry > 0 {
		if details, err := retryDetails(problem); err == nil {
			h.Set("Grpc-Status-Details-Bin", base64.RawStdEncoding.EncodeToString(details))
		}
	}
	w.WriteHeader(http.StatusOK)
}

// retryDetails tells an exporter that, and when, to send again.
func retryDetails(problem *refusal) ([]byte, error) {
	info, err := anypb.New(&errdetails.RetryInfo{RetryDelay: durationpb.New(problem.retry)})
	if err != nil {
		return nil, fmt.Errorf("write when to retry: %w", err)
	}
	return proto.Marshal(&spb.Status{Code: int32(problem.grpc), Message: problem.message, Details: []*anypb.Any{info}})
}

// grpcMessage writes text as a header may hold it: percent-encoded where it is
// not plain ASCII.
func grpcMessage(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
