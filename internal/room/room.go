// Package room is where an instructor sees how a room of people gets on: it
// receives what their workshops tell, as package wire has it, and keeps where
// everybody stands.
package room
