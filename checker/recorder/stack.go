package recorder

import "runtime/debug"

// maxStack is the stack that a goroutine of a check may grow to, in bytes. Go's
// own limit is a gigabyte, and code that calls itself without end takes seconds
// to fill it; the deepest of the checks needs less than a megabyte.
const maxStack = 32 << 20

func init() { debug.SetMaxStack(maxStack) }
