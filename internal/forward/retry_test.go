package forward

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// roundTrip is a transport that a test plays, on fake time.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(code int, headers ...string) *http.Response {
	r := &http.Response{StatusCode: code, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(""))}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// played starts a forwarder whose backend is f, within a bubble.
func played(t *testing.T, f roundTrip, with func(*Options)) *Forwarder {
	t.Helper()
	o := Options{Endpoint: "http://backend.example:4318", transport: f}
	if with != nil {
		with(&o)
	}
	fw, err := Start(o)
	require.NoError(t, err)
	return fw
}

func closeNow(f *Forwarder) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f.Close(ctx)
}

// While the backend is down, the waits should grow, up to the longest, and vary.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		f := played(t, func(*http.Request) (*http.Response, error) {
			at = append(at, time.Now())
			return nil, syscall.ECONNREFUSED
		}, nil)
		defer closeNow(f)
		f.Offer("traces", []byte("spans"))
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		require.Greater(t, len(at), 10)
		want := 500 * time.Millisecond
		differ := false
		for i := range len(at) - 1 {
			wait := at[i+1].Sub(at[i])
			require.GreaterOrEqual(t, wait, want/2)
			require.LessOrEqual(t, wait, want*3/2)
			differ = differ || wait != want
			want = min(2*want, 15*time.Second)
		}
		require.True(t, differ)
		require.Equal(t, "nothing listens there", f.Stats().Trouble)
	})
}

// Retry-After should be waited for, in seconds and as a date, and not believed
// without limit.
func TestRetryAfter(t *testing.T) {
	for name, tc := range map[string]struct {
		header      func() string
		least, most time.Duration
	}{
		"seconds":    {func() string { return "40" }, 40 * time.Second, 40 * time.Second},
		"a date":     {func() string { return time.Now().Add(time.Minute).UTC().Format(http.TimeFormat) }, 59 * time.Second, time.Minute},
		"a week":     {func() string { return "604800" }, 5 * time.Minute, 5 * time.Minute},
		"negative":   {func() string { return "-5" }, 0, time.Second},
		"gone":       {func() string { return "Fri, 31 Dec 1999 15:04:05 GMT" }, 0, time.Second},
		"no number":  {func() string { return "soon" }, 0, time.Second},
		"not at all": {func() string { return "" }, 0, time.Second},
	} {
		for _, code := range []int{429, 503} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var at []time.Time
					f := played(t, func(*http.Request) (*http.Response, error) {
						if at = append(at, time.Now()); len(at) == 1 {
							return answer(code, "Retry-After", tc.header()), nil
						}
						return answer(200), nil
					}, nil)
					defer closeNow(f)
					f.Offer("traces", []byte("spans"))
					time.Sleep(10 * time.Minute)
					synctest.Wait()
					require.Len(t, at, 2)
					require.GreaterOrEqual(t, at[1].Sub(at[0]), tc.least)
					require.LessOrEqual(t, at[1].Sub(at[0]), tc.most)
					require.Equal(t, 1, f.Stats().Sent)
				})
			})
		}
	}
}

// A backend that does not answer should be given up on after ten seconds, each
// time.
func TestHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int32
		f := played(t, func(r *http.Request) (*http.Response, error) {
			tries.Add(1)
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, nil)
		defer closeNow(f)
		f.Offer("traces", []byte("spans"))
		time.Sleep(9999 * time.Millisecond)
		synctest.Wait()
		require.Empty(t, f.Stats().Trouble)
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		require.Equal(t, "it did not answer within 10s", f.Stats().Trouble)
		require.EqualValues(t, 1, tries.Load())
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.EqualValues(t, 2, tries.Load())
	})
}

// A backend that is away for a while should lose nothing that there is room for,
// and get it in its order.
func TestDownForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		back := time.Now().Add(time.Minute)
		f := played(t, func(r *http.Request) (*http.Response, error) {
			if time.Now().Before(back) {
				return nil, &net.OpError{Op: "dial", Err: errors.New("no route to host")}
			}
			got = append(got, plain(t, r))
			return answer(200), nil
		}, nil)
		defer closeNow(f)
		var want []string
		var teller Teller
		var told []Note
		for i := range 200 {
			want = append(want, strings.Repeat("x", i))
			f.Offer("traces", []byte(want[i]))
			time.Sleep(500 * time.Millisecond)
			told = append(told, teller.News(f.Stats())...)
		}
		synctest.Wait()
		require.Equal(t, want, got)
		s := f.Stats()
		require.Equal(t, 200, s.Sent)
		require.Zero(t, s.Dropped)
		require.Len(t, told, 2, told)
		require.Equal(t, Note{"Forwarding to http://backend.example:4318: dial: no route to host. What comes is kept, as far as there is room, and tried again.", true}, told[0])
		require.Contains(t, told[1].Text, "Forwarding to http://backend.example:4318: it answers again. 1")
		require.Contains(t, told[1].Text, " requests sent")
		require.False(t, told[1].Bad)
	})
}

// Close should send what waits, try once more at once what has failed, and give
// up when its time is over. Afterwards nothing is taken.
func TestClose(t *testing.T) {
	t.Run("all is sent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := played(t, func(*http.Request) (*http.Response, error) {
				time.Sleep(10 * time.Millisecond)
				return answer(200), nil
			}, nil)
			for range 50 {
				f.Offer("traces", []byte("spans"))
			}
			begin := time.Now()
			f.Close(t.Context())
			require.Equal(t, 500*time.Millisecond, time.Since(begin))
			f.Close(t.Context()) // once more does nothing
			require.Equal(t, 50, f.Stats().Sent)
			f.Offer("traces", []byte("late"))
			s := f.Stats()
			require.Equal(t, 1, s.Dropped)
			require.Equal(t, "1 request of traces dropped: the workshop ended before they could be sent", s.Losses[0].String())
		})
	})
	t.Run("another chance", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var back atomic.Bool
			f := played(t, func(*http.Request) (*http.Response, error) {
				if !back.Load() {
					return answer(503, "Retry-After", "200"), nil
				}
				return answer(200), nil
			}, nil)
			f.Offer("traces", []byte("spans"))
			time.Sleep(time.Second)
			synctest.Wait()
			back.Store(true)
			begin := time.Now()
			f.Close(t.Context())
			require.Zero(t, time.Since(begin))
			require.Equal(t, 1, f.Stats().Sent)
		})
	})
	t.Run("in its time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := played(t, func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}, nil)
			for range 7 {
				f.Offer("traces", []byte("spans"))
				f.Offer("logs", []byte("records"))
			}
			time.Sleep(time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			begin := time.Now()
			f.Close(ctx)
			require.Equal(t, 2*time.Second, time.Since(begin))
			s := f.Stats()
			require.Equal(t, 14, s.Dropped)
			require.Zero(t, s.Queued)
			require.Zero(t, s.Bytes)
		})
	})
}
