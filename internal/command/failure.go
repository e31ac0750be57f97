package command

import (
	"context"
	"errors"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// Exit statuses.
const (
	statusOK          = 0
	statusFailed      = 1
	statusUsage       = 2
	statusInterrupted = 130
)

// errNotPassed is a verdict, which has been printed: there is no more to say.
var errNotPassed = errors.New("the checks don't pass")

// errInterrupted says that a person has ended the command.
var errInterrupted = errors.New("interrupted")

// A usageError is a command line that makes no sense, and what there is.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

// A lostError is about a step whose folder was deleted.
type lostError struct{ step string }

func (e lostError) Error() string {
	return "steps/" + e.step + " is not there any more, or its lesson isn't: go run . reset " + e.step + " brings it back"
}

// explain turns the error of a command into an exit status and a message.
func explain(ctx context.Context, err error) (status int, message string) {
	var (
		usage   usageError
		query   *lesson.QueryError
		unknown *variant.UnknownError
	)
	switch {
	case err == nil:
		return statusOK, ""
	case errors.Is(err, errInterrupted), ctx.Err() != nil:
		return statusInterrupted, ""
	case errors.Is(err, errNotPassed):
		return statusFailed, ""
	case errors.As(err, &usage), errors.As(err, &query), errors.As(err, &unknown):
		return statusUsage, err.Error()
	}
	return statusFailed, err.Error()
}
