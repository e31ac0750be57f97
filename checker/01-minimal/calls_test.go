package minimal_test

import (
	"context"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"syscall"
	"time"

	"otel.workshop/checker/recorder"
)

// calls is what came of calling a service until its end.
type calls struct {
	answered []string      // trace ids of the requests that got their 200
	late     int           // how many of them got it after the signal: the last ones
	cutOff   int           // requests that had arrived, and got none
	hinted   bool          // whether one was told to have arrived
	last     time.Duration // how long after the signal the last answer came
}

// callUntilEnd calls the service from several sides, each with a pause between
// two calls, and sends SIGTERM after a while. A service that doesn't mind the
// signal is called for two more seconds. With last, a last request is made that
// has certainly arrived by then.
func callUntilEnd(p *recorder.Program, while, pause time.Duration, last bool) *calls {
	var (
		c       calls
		mu      sync.Mutex
		callers sync.WaitGroup
	)
	// Each request has a connection of its own: one that has carried no request
	// yet would keep a correct server waiting for five seconds.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	term := time.Now().Add(while)
	once := func(path string, arrived chan struct{}) bool {
		trace := randomHex(16)
		ok := call(client, "http://"+p.Addr+path, "00-"+trace+"-"+randomHex(8)+"-01", arrived)
		mu.Lock()
		defer mu.Unlock()
		c.hinted = c.hinted || closed(arrived)
		switch {
		case ok:
			c.answered = append(c.answered, trace)
			if c.last = time.Since(term); c.last > 0 {
				c.late++
			}
		case closed(arrived):
			c.cutOff++
		}
		return ok
	}
	for range 8 {
		callers.Go(func() {
			for time.Now().Before(term.Add(2*time.Second)) && once("/", make(chan struct{})) {
				time.Sleep(pause)
			}
		})
	}
	if last {
		arrived, ended := make(chan struct{}), make(chan struct{})
		callers.Go(func() { defer close(ended); once("/?last", arrived) })
		select {
		case <-arrived:
		case <-ended:
		case <-time.After(2 * time.Second): // nothing is served at all
		}
	}
	time.Sleep(time.Until(term))
	_ = p.Signal(syscall.SIGTERM) // an error says that it has ended already, which Ended tells
	callers.Wait()
	return &c
}

// call reports whether a request got an answer, with status 200, to its end. It
// closes arrived when the service tells that the request is there.
func call(client *http.Client, url, traceparent string, arrived chan struct{}) (ok bool) {
	var once sync.Once
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		Got1xxResponse: func(int, textproto.MIMEHeader) error {
			once.Do(func() { close(arrived) })
			return nil
		},
	})
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return false
	}
	req.Header.Set("traceparent", traceparent)
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close() // it has been read
	return err == nil && resp.StatusCode == http.StatusOK
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(1 + rand.IntN(255)) // an id of zeros alone would be invalid
	}
	return hex.EncodeToString(b)
}
