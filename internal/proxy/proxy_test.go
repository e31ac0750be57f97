package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a web server with a proxy in front, and a client that goes through it.
type site struct {
	*proxy.Proxy
	client *http.Client
}

func newSite(t *testing.T, h http.HandlerFunc) site {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	p, err := proxy.Start(srv.Listener.Addr().String(), proxy.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return site{Proxy: p, client: &http.Client{Transport: transport, Timeout: 10 * time.Second}}
}

func (s site) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Addr()+path, nil)
	if err != nil {
		return "", err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func echo(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }

func TestDown(t *testing.T) {
	s := newSite(t, echo)
	got, err := s.get(t.Context(), "/1")
	require.NoError(t, err)
	require.Equal(t, "/1", got)
	for range 3 {
		s.Down(true)
		_, err = s.get(t.Context(), "/2")
		require.Error(t, err)
		s.Down(false)
		got, err = s.get(t.Context(), "/3")
		require.NoError(t, err)
		require.Equal(t, "/3", got)
	}
}

func TestDownCutsOpenConnections(t *testing.T) {
	arrived := make(chan struct{})
	s := newSite(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done() // the server notices, too
	})
	failed := make(chan error, 1)
	go func() {
		_, err := s.get(t.Context(), "/")
		failed <- err
	}()
	<-arrived
	s.Down(true)
	require.Error(t, <-failed)
}

func TestHang(t *testing.T) {
	arrived := make(chan string, 10)
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- r.URL.Path
		echo(w, r)
	})
	_, err := s.get(t.Context(), "/before")
	require.NoError(t, err)
	require.Equal(t, "/before", <-arrived)

	s.Hang(true)
	s.Hang(true)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = s.get(ctx, "/impatient") // on the connection that is open
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, arrived)

	patient := make(chan error, 1)
	go func() {
		_, err := s.get(t.Context(), "/patient") // on a new one
		patient <- err
	}()
	time.Sleep(100 * time.Millisecond)
	require.Empty(t, arrived)
	s.Hang(false)
	require.NoError(t, <-patient)
}

// What has left the server while the proxy hangs waits as well.
func TestHangHoldsAnswers(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-answer
		echo(w, r)
	})
	got := make(chan error, 1)
	go func() {
		_, err := s.get(t.Context(), "/")
		got <- err
	}()
	<-asked
	s.Hang(true)
	close(answer)
	select {
	case err := <-got:
		t.Fatalf("the answer passed a proxy that hangs: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	s.Hang(false)
	require.NoError(t, <-got)
}

func TestCloseWhileBusy(t *testing.T) {
	for _, hang := range []bool{false, true} {
		t.Run(fmt.Sprintf("hang=%t", hang), func(t *testing.T) {
			arrived := make(chan struct{}, 3)
			s := newSite(t, func(_ http.ResponseWriter, r *http.Request) {
				arrived <- struct{}{}
				<-r.Context().Done()
			})
			var callers sync.WaitGroup
			for range 3 {
				callers.Go(func() {
					_, err := s.get(t.Context(), "/")
					if err == nil {
						t.Error("a request was answered that could not be")
					}
				})
				<-arrived
			}
			s.Hang(hang)
			begun := time.Now()
			require.NoError(t, s.Close())
			require.Less(t, time.Since(begun), time.Second)
			callers.Wait()
			_, err := net.Dial("tcp", s.Addr())
			require.Error(t, err)
		})
	}
}

func TestManyConnections(t *testing.T) {
	const many = 100
	var all sync.WaitGroup
	all.Add(many)
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		all.Done()
		all.Wait() // nobody is answered before everybody is here
		echo(w, r)
	})
	var callers sync.WaitGroup
	for i := range many {
		callers.Go(func() {
			path := fmt.Sprintf("/%d", i)
			got, err := s.get(t.Context(), path)
			if err != nil || got != path {
				t.Errorf("GET %s: got %q, error %v", path, got, err)
			}
		})
	}
	callers.Wait()
}

// The faults come and go while requests are made; at the end all is well.
func TestFaultsWhileBusy(t *testing.T) {
	s := newSite(t, echo)
	ctx, stop := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for ctx.Err() == nil {
				got, err := s.get(ctx, "/x")
				if err == nil && got != "/x" {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	for range 20 {
		s.Down(true)
		s.Hang(true)
		time.Sleep(time.Millisecond)
		s.Down(false)
		time.Sleep(time.Millisecond)
		s.Hang(false)
		time.Sleep(time.Millisecond)
	}
	_, err := s.get(t.Context(), "/x")
	require.NoError(t, err)
	stop()
	callers.Wait()
}

// One side may have said all that it has to say, and still be listening.
func TestHalfClose(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	p, err := proxy.Start(ln.Addr().String(), proxy.Options{})
	require.NoError(t, err)
	defer p.Close()
	client, err := net.Dial("tcp", p.Addr())
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Write([]byte("question"))
	require.NoError(t, err)
	require.NoError(t, client.(*net.TCPConn).CloseWrite())

	server, err := ln.Accept()
	require.NoError(t, err)
	question, err := io.ReadAll(server)
	require.NoError(t, err)
	require.Equal(t, "question", string(question))
	_, err = server.Write([]byte("answer"))
	require.NoError(t, err)
	require.NoError(t, server.Close())
	answer, err := io.ReadAll(client)
	require.NoError(t, err)
	require.Equal(t, "answer", string(answer))
}

func TestNoServer(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	p, err := proxy.Start(srv.Listener.Addr().String(), proxy.Options{})
	require.NoError(t, err)
	defer p.Close()
	_, err = site{Proxy: p, client: &http.Client{Transport: &http.Transport{}}}.get(t.Context(), "/")
	require.Error(t, err)
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	_, err := proxy.Start("localhost", proxy.Options{})
	require.ErrorContains(t, err, `start a proxy for "localhost"`)
	require.ErrorContains(t, err, "such as 127.0.0.1:5432")
	_, err = proxy.Start("127.0.0.1:1", proxy.Options{Addr: "127.0.0.1:99999"})
	require.ErrorContains(t, err, "start a proxy for 127.0.0.1:1: ")
}
