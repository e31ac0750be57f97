package forward

import (
	"fmt"
	"strings"
)

// String says in a clause what has become of everything: "120 requests sent, 3
// wait: nothing listens there".
func (s Stats) String() string {
	text := requests(s.Sent) + " sent"
	if s.Queued > 0 {
		text += fmt.Sprintf(", %d waiting", s.Queued)
	}
	if s.Dropped > 0 {
		text += fmt.Sprintf(", %d dropped", s.Dropped)
	}
	if s.Trouble != "" {
		text += "; " + s.Trouble
	}
	return text
}

// Brief is String, and to whom, for where there is little room.
func (s Stats) Brief() string { return "forwards to " + s.host() + ": " + s.String() }

// State says whether forwarding goes well, in two or three words: it changes only
// when that does.
func (s Stats) State() string {
	switch {
	case s.Trouble != "":
		return "cannot forward now"
	case s.Dropped > 0:
		return "forwards, some dropped"
	}
	return "forwards"
}

func (s Stats) host() string {
	_, host, _ := strings.Cut(s.Endpoint, "://")
	return host
}

// String says what was lost and why.
func (l Loss) String() string {
	what := l.Signal
	if what == "" {
		what = "traces, metrics or logs"
	}
	switch {
	case l.Requests > 0:
		return fmt.Sprintf("%s of %s dropped: %s", requests(l.Requests), what, l.Why)
	case l.Items > 0:
		return fmt.Sprintf("%d %s rejected: %s", l.Items, items(l.Signal, l.Items), l.Why)
	}
	return fmt.Sprintf("%s taken, and %s", what, l.Why)
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

func items(signal string, n int) string {
	name := map[string]string{"traces": "span", "metrics": "data point", "logs": "log record"}[signal]
	if n != 1 {
		name += "s"
	}
	return name
}

// A Note is something new about forwarding, in a sentence or two.
type Note struct {
	Text string
	Bad  bool // something is lost, or may be
}

// A Teller tells what has changed, each thing once. It is one goroutine's.
type Teller struct {
	begun   bool // whether the backend was heard to take anything
	trouble bool
	told    map[[2]string]bool // losses, by signal and reason
}

// News returns what is new since the last call: that the backend takes what it
// gets, that it does not, that it does again, and each reason for which something
// was lost.
func (t *Teller) News(s Stats) []Note {
	var news []Note
	note := func(bad bool, what string) {
		news = append(news, Note{"Forwarding to " + s.Endpoint + ": " + what, bad})
	}
	for _, l := range s.Losses {
		key := [2]string{l.Signal, l.Why}
		if t.told[key] {
			continue
		}
		if t.told == nil {
			t.told = make(map[[2]string]bool)
		}
		t.told[key] = true
		note(true, l.String()+".")
	}
	switch {
	case s.Trouble != "" && !t.trouble:
		t.trouble = true
		note(true, s.Trouble+". What comes is kept, as far as there is room, and tried again.")
	case s.Trouble == "" && t.trouble && s.Answers:
		t.trouble, t.begun = false, t.begun || s.Sent > 0
		note(false, "it answers again. "+s.String()+".")
	case !t.begun && s.Sent > 0:
		t.begun = true
		note(false, "it takes what it gets.")
	}
	return news
}
