package collector

import "sync"

// buffers is the memory of bodies that are not large, to be used again: pdata
// copies what it keeps. The garbage collector takes what is not used for long.
var buffers bufferPools

type bufferPools struct{ bySize sync.Map } // of *sync.Pool, which hold *[]byte; there are a few sizes

// get returns an empty buffer with room for size bytes.
func (b *bufferPools) get(size int) []byte {
	if pool, ok := b.bySize.Load(size); ok {
		if buf, ok := pool.(*sync.Pool).Get().(*[]byte); ok {
			return *buf
		}
	}
	return make([]byte, 0, size)
}

// put takes a buffer back. Those of larger bodies are left to the garbage
// collector.
func (b *bufferPools) put(buf []byte) {
	if cap(buf) == 0 || cap(buf) > smallBody {
		return
	}
	pool, _ := b.bySize.LoadOrStore(cap(buf), new(sync.Pool))
	buf = buf[:0]
	pool.(*sync.Pool).Put(&buf)
}
