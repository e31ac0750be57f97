package room

import (
	"time"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room/wire"
)

// A View is what there is to see of a room at one moment. It belongs to the
// caller, but for the steps and each person's checks, which nobody changes.
type View struct {
	Title  string
	At     time.Time
	Steps  []lesson.Step // the syllabus, whose checks are the columns
	People []Person      // by name, then by id
	Holds  []Hold        // checks at which somebody stands, where most stand first
	Stats  Stats

	Patience time.Duration // how long somebody is at a check before they are stuck
}

// A Person is a member of the room.
type Person struct {
	ID   string // see wire.Credential.ID
	Name string // clean, and never ""

	At       string        // the check at hand, "02-handler-spans/child-span", or "" before the first word of it
	For      time.Duration // how long they have been there
	Done     bool          // it passes
	Stuck    bool          // it does not, they are here, and have been there for longer than the room's patience
	Here     bool          // their workshop runs
	Seen     time.Time     // when it last said something
	Twice    bool          // two workshops speak with their credential
	Checks   map[string]CheckView
	Gradings int        // since they joined
	Latest   []Activity // gradings, the newest first, a few
	Dropped  int        // spans of theirs that never came
}

// A CheckView is how one check stands with one person.
type CheckView struct {
	State   wire.State
	Outcome string // in the grader's words, when it came, else ""
	Hints   int    // taken
}

// An Activity is one grading.
type Activity struct {
	At       time.Time // when the room heard of it
	Step     string
	Outcome  string
	Duration time.Duration
}

// A Hold is a check that does not pass, and at which people stand who are here.
type Hold struct {
	Check   lesson.Check
	People  []string // ids, who has been there for longest first
	Longest time.Duration
	Median  time.Duration
	Stuck   int // of them
}

// Stats tell what a room received since it was opened, restarts included.
type Stats struct {
	Requests int
	Spans    int            // accepted
	Gradings int            // of them
	Ignored  int            // spans and points that no workshop sends
	Refused  map[string]int // requests, by the reason
}
