// Package owntests holds tests of what a service tells of itself: of step 2's
// handler and of step 3's store.
package owntests
