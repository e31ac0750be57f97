package handlerspans_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"go.opentelemetry.io/otel/trace"
)

// A way is how a situation is played: for which orders, with one and the same
// handler.
type way struct {
	name   string
	orders []int64
}

var (
	once   = way{"", []int64{42}}
	again  = way{"again", []int64{7}}
	atOnce = way{"two at once", []int64{42, 7}}
	ways   = []way{once, again, atOnce}
)

// A request is one request to the learner's handler, and its answer.
type request struct {
	situation
	id    int64
	trace trace.TraceID // that the caller has begun, if any
	sent  *http.Request
	leave context.CancelFunc

	code     int // of the answer
	answers  int // how often one was begun
	header   http.Header
	body     string
	deciding place // the line that chose the answer
	byLimit  bool  // http.TimeoutHandler wrote it
	panicked any   // there is no answer, the server has to see to it
}

// begun counts the traces that callers have begun.
var begun uint32

func newRequest(s situation, id int64, w way) *request {
	r := &request{situation: s, id: id}
	path := s.path
	if path == "" {
		path = strconv.FormatInt(id, 10)
	} else if number, err := strconv.ParseInt(path, 10, 64); err == nil {
		r.id = number
	}
	ctx, leave := context.WithCancel(context.WithValue(context.Background(), mark{}, id))
	r.leave = leave
	if s.caller.leaves == before {
		leave()
	}
	r.sent = httptest.NewRequestWithContext(ctx, "GET", "/orders/"+path, nil)
	flags := s.caller.trace
	if flags == "" && len(w.orders) > 1 { // so that the two can be told apart
		flags = sampled
	}
	if flags != "" {
		id := fmt.Sprintf("%08x77b34da6a3ce929d0e0e4736", 0x4bf92f35+begun*0x9e3779b9)
		begun++
		r.sent.Header.Set("traceparent", "00-"+id+"-00f067aa0ba902b7-"+flags)
		r.trace, _ = trace.TraceIDFromHex(id) // it is one
	}
	if s.caller.baggage {
		r.sent.Header.Set("baggage", carried)
	}
	return r
}

// carried is the baggage of callers who have any. It names what it likes.
const carried = "customer.email=ada@example.com,experiment=blue-button,k7f3=v0981"

// mark is the key of a value in each request's context.
type mark struct{}

// leaver returns what makes the caller leave, if the situation wants that then.
func (r *request) leaver(s situation, when string) func() {
	if s.caller.leaves != when {
		return nil
	}
	return r.leave
}

// serve has the request served. A panic ends the request alone, as it does in
// a server.
func (r *request) serve(h http.Handler) {
	res := httptest.NewRecorder()
	defer r.leave()
	defer func() {
		r.code, r.header, r.body = res.Code, res.Result().Header, res.Body.String() // as they were sent
		if r.panicked = recover(); r.panicked != nil {
			r.deciding = innermost()
		}
	}()
	h.ServeHTTP(answering{res, r}, r.sent)
}

// answering notes how often an answer is begun, and which line of the learner's
// code chose it.
type answering struct {
	*httptest.ResponseRecorder
	request *request
}

func (a answering) WriteHeader(code int) {
	if code >= 200 {
		a.request.deciding = outermost()
		a.request.byLimit = called("net/http.(*timeoutHandler).ServeHTTP")
		a.request.answers++
	}
	a.ResponseRecorder.WriteHeader(code)
}

func (a answering) Write(b []byte) (int, error) {
	if a.request.answers == 0 {
		a.request.deciding = outermost()
		a.request.answers++
	}
	return a.ResponseRecorder.Write(b)
}
