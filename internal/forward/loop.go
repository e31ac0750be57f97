package forward

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// chainHeader lists the forwarders that a request has come through, by which it
// is recognized when it comes back.
const chainHeader = "Workshop-Forwarded"

// longestChain is how many forwarders a request may come through.
const longestChain = 8

// Sent reports whether a request with these headers has come from f itself, on
// whatever way: in a circle of forwarders, it would never end. Whoever is between
// them has to leave the header as it is; an OpenTelemetry Collector does not, so a
// circle through one is not noticed.
func (f *Forwarder) Sent(h http.Header) bool {
	return slices.Contains(ids(h), f.id)
}

// Relay is Offer for a request that came over HTTP or gRPC with these headers.
func (f *Forwarder) Relay(signal string, body []byte, h http.Header) {
	came := ids(h)
	if len(came) >= longestChain || slices.Contains(came, f.id) {
		f.queue.loop(signal)
		f.bell.Ring()
		return
	}
	f.offer(signal, body, strings.Join(came, ", "))
}

// ids reads the header: what could be ids, and no more than a few.
func ids(h http.Header) (list []string) {
	for _, id := range strings.Split(strings.Join(h.Values(chainHeader), ","), ",") {
		if id = strings.TrimSpace(id); len(id) == 16 && strings.Trim(id, "0123456789abcdef") == "" {
			list = append(list, id)
		}
		if len(list) == longestChain {
			break
		}
	}
	return list
}

// chain is the header of a request that came through via, and now through id.
func chain(via, id string) string {
	if via == "" {
		return id
	}
	return via + ", " + id
}

// loop counts a request that must not be sent once more.
func (q *queue) loop(signal string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ledger.drop(&item{signal: signal}, whyLoop)
}

// CheckLoop returns an error when what is forwarded would come to one of these
// addresses, at which whoever forwards listens itself: it would never end.
func (f *Forwarder) CheckLoop(ctx context.Context, own ...string) error {
	port := f.endpoint.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[f.endpoint.Scheme]
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var to []netip.Addr // not known while nobody has looked
	for _, addr := range own {
		host, ownPort, err := net.SplitHostPort(addr)
		if err != nil || ownPort != port {
			continue
		}
		if to == nil {
			if to = addresses(ctx, f.endpoint.Hostname()); to == nil {
				return nil // a name that nobody knows now is told when something is sent
			}
		}
		for _, ip := range to {
			if isAt(ip, host) {
				return fmt.Errorf("forward to %s: that is this workshop's own receiver, at %s, so all that it receives would come back to it for ever: start the backend first, and the workshop takes another port; or name the address at which the backend is", f.Endpoint(), addr)
			}
		}
	}
	return nil
}

// addresses looks a host up.
func addresses(ctx context.Context, host string) []netip.Addr {
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil
	}
	for i, ip := range list {
		list[i] = ip.Unmap().WithZone("")
	}
	return list
}

// isAt reports whether who listens at a host of this machine is reached under
// ip.
func isAt(ip netip.Addr, host string) bool {
	at, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" && ip.IsLoopback() || host == "" && isOwn(ip)
	}
	at = at.Unmap().WithZone("")
	if ip.IsUnspecified() { // as a destination, it is this machine
		return at.IsLoopback() || at.IsUnspecified()
	}
	return at == ip || at.IsUnspecified() && isOwn(ip)
}

// isOwn reports whether ip is an address of this machine.
func isOwn(ip netip.Addr) bool {
	if ip.IsLoopback() || ip.IsUnspecified() {
		return true
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap().WithZone("") == ip
	})
}
