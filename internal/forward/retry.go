package forward

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// A backoff is how long to wait between tries: twice as long each time, and
// never the same for two.
type backoff struct{ first, most time.Duration }

// after returns the wait after so many tries in vain.
func (b backoff) after(tries int) time.Duration {
	d := b.first
	for ; tries > 1 && d < b.most; tries-- {
		d *= 2
	}
	d = min(d, b.most)
	return d/2 + rand.N(d+1) // between half and one and a half of it
}

// mostWait is how long a backend is believed that asks to be left alone.
const mostWait = 5 * time.Minute

// retryAfter reads the header of that name: seconds, or a date. What is neither
// asks for nothing.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return min(max(time.Duration(min(seconds, 3600))*time.Second, 0), mostWait)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(time.Until(at), 0), mostWait)
	}
	return 0
}
