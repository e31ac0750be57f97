package room

import "flag"

// manyConnections is how many TestManyConnections opens to a room that has room
// for 2,000: each takes two files. By default it is few, to a smaller room.
var manyConnections = flag.Int("connections", 0, "how many connections to open")
