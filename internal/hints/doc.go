// Package hints proves that the hints lead to the end. Whoever opens hint 3 of
// a check, and does what it says to the starter as the checks before it have
// left it, passes that check. The proof is its test; edits_test.go has what each
// hint says, as one would type it.
package hints
