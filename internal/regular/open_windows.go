package regular

// nonblock is for systems that have pipes in their folders.
const nonblock = 0
