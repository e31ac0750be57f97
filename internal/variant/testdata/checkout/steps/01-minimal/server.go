package minimal

// Serve is given.
func Serve() string { return Setup() }
