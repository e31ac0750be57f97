// Package wire is what workshops tell a room, and all of it: OTLP over HTTP in
// which nothing stands but the names of this package. The member writes them,
// the room reads them, drops whatever else comes, and passes the rest on; so
// what is shared can be read here.
package wire

// Scope is the instrumentation scope, and ServiceName the resource's
// service.name. The resource has two more attributes: service.instance.id, anew
// for each process, and [Name].
const (
	Scope       = "otel.workshop/room"
	ServiceName = "otel-workshop"
)

// The attributes.
const (
	Name    = "workshop.participant.name" // of the resource: what the learner chose to be called
	ID      = "workshop.participant.id"   // of the resource, on what a room passes on: see Credential.ID
	Step    = "workshop.step"             // "02-handler-spans"
	Check   = "workshop.check"            // "02-handler-spans/child-span", as workspace.CheckKey writes it
	Outcome = "workshop.outcome"          // a grader.Outcome; of a grading see Grading
	Further = "workshop.further"          // a bool: beyond the core
)

// Spans. Each grading is a trace: a root span named [Grading] and the step,
// with [Step] and [Outcome], and below it one named [CheckSpan] and the check's
// id ("check child-span") for each check that was graded, with [Check],
// [Outcome] and [Further]. A
// grading's outcome is "pass" when the core does, else "fail", "does not
// compile", or "failed" when nothing could be graded. Leave is a span of no
// length without attributes: the room forgets whoever sends it.
const (
	Grading   = "grade"
	CheckSpan = "check"
	Leave     = "leave"
)

// Metrics, cumulative. A gauge is there for each check of which there is
// something to say.
const (
	Gradings        = "workshop.gradings"         // counter, {grading}, by Step and Outcome
	GradingDuration = "workshop.grading.duration" // histogram, s, by Step and Outcome
	CheckState      = "workshop.check.state"      // gauge, 1, by Check and Further: a State
	CheckTime       = "workshop.check.time"       // gauge, s, by Check: for how long the learner has been at the check at hand; 0 for those that were left
	Hints           = "workshop.check.hints"      // gauge, {hint}, by Check: how many were taken
	Dropped         = "workshop.dropped"          // counter, {item}: spans that could not be sent and were given up
)

// A State is how a check stands, as a number that a dashboard can map.
type State int64

// The states.
const (
	Failing State = iota // "fail", "crashed", "timed out", "does not compile"
	Passing
	Blocked
	NotJudged
)

// Limits, which the member keeps and the room enforces.
const (
	MaxName       = 40      // characters of a name
	MaxBody       = 1 << 20 // bytes of a request, decompressed
	MaxPeople     = 1000    // in one room
	MaxKey        = 100     // bytes of a step, a check, an outcome or an instance
	RequestsBurst = 20      // of one member at once
	RequestsRate  = 2       // of one member, per second, on the average
)
