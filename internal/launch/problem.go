package launch

// A problem is an error together with what to do about it.
type problem struct {
	error
	do string
}

func (p problem) Error() string { return p.error.Error() + "\n" + p.do }
func (p problem) Unwrap() error { return p.error }
