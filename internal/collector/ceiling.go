package collector

import (
	"net/http"
	"time"

	"google.golang.org/grpc/codes"
)

// Ceiling is the most memory, in bytes, that a process takes which does nothing
// but run a collector with the default [Limits], whatever is sent to it, by
// however many, and however slowly. It is what follows, and as much again,
// because Go collects garbage when the heap has doubled:
//
//	 80 MiB  what is stored
//	 16 MiB  bodies of up to 512 KiB that are coming in: the pool
//	 48 MiB  larger ones: two at a time
//	160 MiB  a body that takes much memory to decode: one at a time
//	  5 MiB  bodies that take little, for each processor, up to eight
//
// The rest goes to 1,024 connections over HTTP and 64 over gRPC. Further ones
// cut off those that have been silent for longest; a body that finds no room
// waits for a second, and is then refused as one to be sent again.
const Ceiling = 512 << 20

const (
	poolSize    = 16 << 20  // bytes of all smaller bodies that are coming in
	smallBody   = 512 << 10 // bytes up to which a body comes in with the others
	largeBodies = 2         // that come in at a time
	lightCost   = 4 << 20   // bytes that decoding may take where several are decoded at a time
	maxHTTP     = 1024      // connections
	maxGRPC     = 64

	patience  = time.Second      // that a body waits for room
	largeTime = 10 * time.Second // that a larger one may take to come in
	smallTime = 20 * time.Second // and any other
)

// errBusy refuses what would be taken at another time.
var errBusy = &refusal{http: http.StatusServiceUnavailable, grpc: codes.Unavailable, retry: time.Second,
	message: "the collector has its hands full with what others send: send this again in a second"}

// errMadeRoom refuses a body that came in slowly when there was no room left.
var errMadeRoom = &refusal{http: http.StatusServiceUnavailable, grpc: codes.Unavailable, retry: time.Second,
	message: "the body came in slowly, and had to make room for others: send it again in a second"}

// errSlow refuses a body that does not come to its end.
var errSlow = &refusal{http: http.StatusRequestTimeout, grpc: codes.DeadlineExceeded,
	message: "the body took too long to come in: send it in one go, or fewer items at a time"}
