//go:build !linux

package grader

// manyPerCore is how many checks may run at a time for each processor, whether
// it has much to do or not.
const manyPerCore = 8

// idle is for systems that say how many threads could run.
func idle() bool { return true }
