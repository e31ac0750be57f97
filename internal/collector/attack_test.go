package collector

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// An attack is everything at once that would take more than there is.
type attack struct {
	sync.WaitGroup
	ctx        context.Context
	http, grpc string

	mu      sync.Mutex
	answers map[string]int // how often each came
}

// got reads an answer and counts it.
func (a *attack) got(resp *http.Response, err error) {
	if err != nil {
		return // it was cut off, or this is the end
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	what := "HTTP " + strconv.Itoa(resp.StatusCode)
	for _, h := range []http.Header{resp.Header, resp.Trailer} {
		if status := h.Get("Grpc-Status"); status != "" {
			what = "gRPC " + status
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[what]++
}

// head begins a request, as it stands on the wire.
func head(contentType string, length int) string {
	return fmt.Sprintf("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", contentType, length)
}

// keep opens a connection, writes to it and keeps it open to the end; when it is
// cut or answered, it begins anew.
func (a *attack) keep(addr string, text ...[]byte) {
	for a.ctx.Err() == nil {
		conn, err := (&net.Dialer{}).DialContext(a.ctx, "tcp", addr)
		if err == nil {
			stop := context.AfterFunc(a.ctx, func() { _ = conn.Close() })
			for _, part := range text {
				if _, err = conn.Write(part); err != nil {
					break
				}
			}
			a.got(http.ReadResponse(bufio.NewReader(conn), nil))
			stop()
			_ = conn.Close()
		}
		select {
		case <-a.ctx.Done():
		case <-time.After(time.Second): // as it is asked to
		}
	}
}

// slowBodies are n bodies of 15 MiB of which the last byte never comes.
func (a *attack) slowBodies(n int) {
	body := make([]byte, 15<<20-1)
	for i := range n {
		contentType := []string{pb, js}[i%2]
		a.Go(func() { a.keep(a.http, []byte(head(contentType, 15<<20)), body) })
	}
}

// silentConnections announce a megabyte each, and send a byte.
func (a *attack) silentConnections(n int) {
	for i := range n {
		contentType := []string{pb, js}[i%2]
		a.Go(func() {
			time.Sleep(time.Duration(i) * 200 * time.Microsecond)
			a.keep(a.http, []byte(head(contentType, 1<<20)), []byte("x"))
		})
	}
}

// slowCalls are the same as slowBodies, over gRPC: several on each connection.
func (a *attack) slowCalls(connections, each int) {
	body := binary.BigEndian.AppendUint32([]byte{0}, 15<<20)
	body = append(body, make([]byte, 15<<20-1)...)
	for range connections {
		client := h2c()
		a.Go(func() {
			<-a.ctx.Done()
			client.CloseIdleConnections()
		})
		for range each {
			a.Go(func() {
				for a.ctx.Err() == nil {
					endless := io.MultiReader(bytes.NewReader(body), untilDone{a.ctx})
					req, err := http.NewRequestWithContext(a.ctx, http.MethodPost, "http://"+a.grpc+"/"+ofTraces.service+"/Export", endless)
					if err != nil {
						return
					}
					req.Header.Set("Content-Type", grpcType)
					a.got(client.Do(req))
					time.Sleep(100 * time.Millisecond)
				}
			})
		}
	}
}

// untilDone has nothing to read, and ends with its context.
type untilDone struct{ context.Context }

func (u untilDone) Read([]byte) (int, error) { <-u.Done(); return 0, io.EOF }

// h2c is a client that speaks HTTP/2 without TLS, over one connection.
func h2c() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: protocols}}
}

// An expensive body is small on the wire and large in memory.
type expensive struct {
	signal
	contentType string
	body        []byte
	zipped      bool
}

// expensiveBodies are too large by far, or just not.
func expensiveBodies(t *testing.T) []expensive {
	nulls := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + strings.Repeat("null,", 3_000_000) + `null]}]}]}`
	full, small := fullBody(t), traceProto(t)
	small = bytes.Repeat(small, maxBody/len(small))
	points := within(bytes.Repeat([]byte{0x0a, 0}, 250_000), 9, 2, 2, 1) // of a histogram
	return []expensive{
		{ofTraces, js, zip(t, []byte(nulls)), true},
		{ofTraces, pb, zip(t, within(bytes.Repeat([]byte{0x12, 0}, 6<<20), 2, 1)), true},
		{ofTraces, js, zip(t, []byte(strings.ReplaceAll(nulls, "null", "1"))), true},
		{ofTraces, pb, zip(t, full), true},
		{ofTraces, js, zip(t, []byte(nulls[:1_500_000]+`null]}]}]}`)), true}, // as much as is taken
		{ofTraces, pb, zip(t, make([]byte, 64<<20)), true},
		{ofTraces, js, zip(t, []byte(strings.ReplaceAll(nulls, "spans", "spons"))), true},
		{ofTraces, pb, full, false},
		{ofTraces, pb, zip(t, small), true}, // as much as is taken
		{ofMetrics, pb, zip(t, points), true},
	}
}

// send sends bodies from n senders, each one body after the other; those that
// are protobuf also over gRPC.
func (a *attack) send(n int, bodies []expensive) {
	client := &http.Client{Transport: &http.Transport{}}
	calls := h2c()
	a.Go(func() {
		<-a.ctx.Done()
		client.CloseIdleConnections()
		calls.CloseIdleConnections()
	})
	for i := range n {
		a.Go(func() {
			for at := i; a.ctx.Err() == nil; at++ {
				e := bodies[at%len(bodies)]
				url, body, via := "http://"+a.http+"/v1/"+e.name, e.body, client
				header := http.Header{"Content-Type": {e.contentType}}
				if e.zipped {
					header.Set("Content-Encoding", "gzip")
				}
				if e.contentType == pb && i%2 == 0 {
					url, via = "http://"+a.grpc+"/"+e.service+"/Export", calls
					frame := []byte{0}
					if e.zipped {
						frame[0] = 1
					}
					body = append(binary.BigEndian.AppendUint32(frame, uint32(len(body))), body...)
					header = http.Header{"Content-Type": {grpcType}, "Grpc-Encoding": {"gzip"}}
				}
				req, err := http.NewRequestWithContext(a.ctx, http.MethodPost, url, bytes.NewReader(body))
				if err != nil {
					return
				}
				req.Header = header
				a.got(via.Do(req))
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
}
