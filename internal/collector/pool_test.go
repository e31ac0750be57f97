package collector

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Who has been sending for longest should make room, and no more than is asked
// for.
func TestTheOldestMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(100)
		var stopped []string
		open := func(name string, n int) *upload {
			u := p.open(func() { stopped = append(stopped, name) })
			require.NoError(t, u.take(t.Context(), n))
			return u
		}
		there := open("is there", 10)
		require.True(t, there.settle())
		oldest, second := open("oldest", 50), open("second", 40)

		done := make(chan error)
		newest := p.open(func() { stopped = append(stopped, "newest") })
		go func() { done <- newest.take(t.Context(), 30) }()
		synctest.Wait()
		require.Equal(t, []string{"oldest"}, stopped)
		require.ErrorIs(t, oldest.take(t.Context(), 1), errMadeRoom)
		require.False(t, oldest.settle())
		select {
		case err := <-done:
			t.Fatal("it did not wait for the memory: ", err)
		default:
		}
		oldest.close()
		require.NoError(t, <-done)
		require.NoError(t, second.take(t.Context(), 20), "what is left over")
		for _, u := range []*upload{there, second, newest} {
			u.close()
		}
		require.Equal(t, 100, p.unused())
		require.Zero(t, p.returning)
		require.Zero(t, p.coming.Len())
	})
}

// unused is the memory that no upload holds.
func (p *pool) unused() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.free
}

// Where nobody can make room, the next should wait, and be told to come again.
func TestTheNextWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(100)
		there, next := p.open(nil), p.open(nil)
		require.NoError(t, there.take(t.Context(), 100))
		there.settle()

		begin := time.Now()
		require.ErrorIs(t, next.take(t.Context(), 1), errBusy)
		require.Equal(t, patience, time.Since(begin))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, next.take(ctx, 1), context.Canceled)

		time.AfterFunc(patience/2, there.close)
		require.NoError(t, next.take(t.Context(), 100))
		next.close()
		require.Equal(t, 100, p.unused())
	})
}

// testIntake takes in from src, without a connection behind it.
func testIntake(r *receiver, src io.Reader) *intake {
	return &intake{most: maxBody, upload: r.pool.open(func() {}), src: src, deadline: func(time.Time) {}, large: r.large, tidy: &r.tidy}
}

// Whatever its length, a body should come in whole, and give back all that it
// took.
func TestBodiesOfAllLengths(t *testing.T) {
	r := newReceiver(NewStore(Limits{}))
	defer r.tidy.stop()
	for _, n := range []int{0, 1, 4<<10 - 1, 4 << 10, 4<<10 + 1, smallBody, smallBody + 1, 4 << 20, 5 << 20, maxBody - 1, maxBody, maxBody + 1} {
		for _, announced := range []int64{-1, int64(n)} {
			in := testIntake(r, strings.NewReader(strings.Repeat("x", n)))
			body, err := in.read(t.Context(), announced)
			if n > maxBody {
				require.ErrorIs(t, err, errTooLarge)
			} else {
				require.NoError(t, err)
				require.Len(t, body, n)
				require.LessOrEqual(t, in.held, smallBody)
			}
			in.close()
			require.Equal(t, poolSize, r.pool.unused())
			require.Empty(t, r.large)
		}
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestBodiesThatDoNotEnd(t *testing.T) {
	r := newReceiver(NewStore(Limits{}))
	defer r.tidy.stop()
	in := testIntake(r, io.MultiReader(strings.NewReader("half"), brokenReader{os.ErrDeadlineExceeded}))
	_, err := in.read(t.Context(), 8)
	require.ErrorIs(t, err, errSlow)
	in.close()

	in = testIntake(r, brokenReader{errors.New("reset")})
	close(in.gone)
	_, err = in.read(t.Context(), 8)
	require.ErrorIs(t, err, errMadeRoom)
	require.Equal(t, http.StatusServiceUnavailable, errMadeRoom.http)
}
