package room

import "flag"

// manyConnections is how many TestManyConnections opens: by default somewhat more
// than there is room for. The whole of it is 10,000, which takes 20,000 files.
var manyConnections = flag.Int("connections", connections+200, "how many connections to open")
