package member

import (
	"net/http"
	"strconv"
	"time"
)

// An answer is what a room has said to one request: nothing, when its status is
// 0.
type answer struct {
	status int
	otlp   bool          // in the form of a receiver of telemetry
	after  time.Duration // how long it wants to be left alone, or 0
}

// answerOf reads the head of a response.
func answerOf(r *http.Response, now time.Time) answer {
	return answer{r.StatusCode, r.Header.Get("Content-Type") == "application/x-protobuf", retryAfter(r.Header.Get("Retry-After"), now)}
}

// longestPause is how long a room may ask for at most.
const longestPause = 5 * time.Minute

// retryAfter reads seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestPause)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), longestPause))
	}
	return 0
}

// A State is how reporting goes.
type State int

// The states.
const (
	Joining     State = iota // nothing has been sent yet
	Reporting                // the room has taken the latest
	Unreachable              // it does not answer
	Busy                     // it asks for a pause
	Refusing                 // it answers something else
	NoRoom                   // a server answers, which knows of no such room
	Moved                    // the room's address was revoked: nothing is sent any more
	Removed                  // the instructor has removed the learner: likewise
	Left                     // the learner has left it, here or elsewhere: likewise
)

// state is what an answer means.
func (a answer) state() State {
	switch {
	case a.status == 0:
		return Unreachable
	case a.status/100 == 2 && a.otlp:
		return Reporting
	case a.status/100 == 2, a.status/100 == 3, a.status == http.StatusNotFound, a.status == http.StatusMethodNotAllowed:
		return NoRoom // a portal of a hotel, somebody else's server
	case a.status == http.StatusGone:
		return Moved
	case a.status == http.StatusForbidden:
		return Removed
	case a.status == http.StatusTooManyRequests, a.status == http.StatusServiceUnavailable:
		return Busy
	}
	return Refusing
}

// over reports whether nothing more is sent.
func (s State) over() bool { return s == Moved || s == Removed || s == Left }

// hopeless reports whether the very same would be refused again.
func (a answer) hopeless() bool {
	switch a.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}
