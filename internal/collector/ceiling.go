package collector

import (
	"net/http"
	"time"

	"google.golang.org/grpc/codes"
)

// Ceiling is the most memory, in bytes, that a process takes which does nothing
// but run a collector with the default [Limits], whatever is sent to it, by
// however many, and however slowly. It is twice what follows, because Go lets
// garbage gather until the heap has doubled:
//
//	 80 MiB  what is stored
//	 16 MiB  bodies of up to 512 KiB that are coming in: the pool
//	 40 MiB  larger ones: two at a time
//	176 MiB  a body that takes much memory to decode, and its copy to be forwarded: one at a time
//	 22 MiB  bodies that take little, likewise: up to four at a time
//	 36 MiB  what waits to be forwarded, and what it takes to compress that, in package forward
//	 68 MiB  1,024 connections over HTTP and 128 over gRPC, and the program itself
//
// Further connections cut off those that have been there for longest without
// sending anything of use; a body that finds no room waits for a second, and is
// then refused as one to be sent again.
const Ceiling = 876 << 20

const (
	poolSize    = 16 << 20  // bytes of all smaller bodies that are coming in
	smallBody   = 512 << 10 // bytes up to which a body comes in with the others
	largeBodies = 2         // that come in at a time
	lightCost   = 4 << 20   // bytes that decoding may take where several are decoded at a time
	maxHTTP     = 1024      // connections
	maxGRPC     = 128

	patience = time.Second // for which a body waits for room
	// Ordinary bodies wait longer: each takes little time, and exporters come
	// again only after five seconds.
	lightPatience = 5 * time.Second

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
