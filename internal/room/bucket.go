package room

import (
	"net/netip"
	"sync"
	"time"
)

// A bucket holds tokens, one for each thing that may be done at once, and fills
// again. The zero bucket is full.
type bucket struct {
	taken float64
	at    time.Time
}

// A rate is how much a bucket lets through.
type rate struct {
	burst     float64
	perSecond float64
}

// take takes one token, or returns how long to wait for it.
func (b *bucket) take(now time.Time, r rate) (wait time.Duration) {
	if past := now.Sub(b.at).Seconds(); past > 0 {
		b.taken = max(0, b.taken-past*r.perSecond)
		b.at = now
	}
	if b.taken+1 > r.burst {
		return time.Duration((b.taken + 1 - r.burst) / r.perSecond * float64(time.Second))
	}
	b.taken++
	return 0
}

// full reports whether nothing has been taken that has not come back.
func (b *bucket) full(now time.Time, r rate) bool {
	return b.taken-now.Sub(b.at).Seconds()*r.perSecond <= 0
}

// An addressBook has a bucket for each remote address, or for each network of
// those that a machine may choose from.
type addressBook struct {
	rate rate

	mu      sync.Mutex
	buckets map[netip.Addr]*bucket
	others  bucket // of all that there is no room for
}

// mostAddresses is how many have a bucket of their own.
const mostAddresses = 4096

// take is [bucket.take] for an address.
func (b *addressBook) take(remote string, now time.Time) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := network(remote)
	one := b.buckets[key]
	if one == nil {
		if len(b.buckets) >= mostAddresses {
			for k, old := range b.buckets {
				if old.full(now, b.rate) {
					delete(b.buckets, k)
				}
			}
		}
		if one = new(bucket); len(b.buckets) >= mostAddresses {
			one = &b.others
		} else {
			if b.buckets == nil {
				b.buckets = map[netip.Addr]*bucket{}
			}
			b.buckets[key] = one
		}
	}
	return one.take(now, b.rate)
}

// network returns who is to be held responsible for a remote address: a machine
// has all of its /64 in IPv6.
func network(remote string) netip.Addr {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	addr := at.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return addr
}
