package room

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"otel.workshop/internal/room/wire"
)

// Invite returns the addresses at which members may reach the room, the best
// guess first. There is always one. It looks anew each time: a machine may change
// its network.
func (r *Room) Invite() (addresses []wire.Address) {
	r.mu.Lock()
	token := r.token
	r.mu.Unlock()
	for _, base := range r.bases() {
		addresses = append(addresses, wire.Address{Base: base, Token: token})
	}
	return addresses
}

// bases are the addresses without the token.
func (r *Room) bases() []string {
	if r.opts.Public != "" {
		return []string{strings.TrimSuffix(r.opts.Public, "/")}
	}
	if r.opts.Address != "" {
		if _, _, err := net.SplitHostPort(r.opts.Address); err == nil {
			return []string{"http://" + r.opts.Address}
		}
		return []string{"http://" + net.JoinHostPort(strings.Trim(r.opts.Address, "[]"), r.port)}
	}
	host, _, _ := net.SplitHostPort(r.opts.Addr) // "" where Open has read it as the default
	hosts := []netip.Addr{}
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsUnspecified() {
		hosts = append(hosts, ip)
	} else {
		hosts = ownAddresses()
	}
	var bases []string
	for _, ip := range hosts {
		bases = append(bases, "http://"+net.JoinHostPort(ip.String(), r.port))
	}
	return bases
}

// checkInvitation says what is wrong with the addresses that were given.
func (r *Room) checkInvitation() error {
	o := r.opts
	if o.Public != "" {
		if _, err := wire.ParseAddress(strings.TrimSuffix(o.Public, "/") + "/" + wire.NewToken()); err != nil {
			return fmt.Errorf("the public address %q cannot be used: %w. Give it as https://rooms.example, without the token", o.Public, err)
		}
	}
	if o.Address != "" {
		if u, err := url.Parse("http://" + o.Address); err != nil || u.Host != o.Address || u.Hostname() == "" {
			return fmt.Errorf("the address %q is no HOST or HOST:PORT, such as 192.168.1.5 or laptop.example:4319", o.Address)
		}
	}
	return nil
}

// prefix is the path before the token, where a tunnel leaves that in.
func (r *Room) prefix() string {
	u, err := url.Parse(r.opts.Public)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}

// reachedAt returns the address under which a request came: the room's own names
// only, since a Host header is the sender's.
func (r *Room) reachedAt(req *http.Request) wire.Address {
	all := r.Invite()
	for _, a := range all {
		if a.Base == "http://"+req.Host {
			return a
		}
	}
	return all[0]
}

// ownAddresses returns those of this machine that others may reach, the one that
// leads outside first: 127.0.0.1 when there is none.
func ownAddresses() []netip.Addr {
	var all []netip.Addr
	found, _ := net.InterfaceAddrs() // none, then
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil && isReachable(p.Addr()) {
			all = append(all, p.Addr())
		}
	}
	if len(all) == 0 {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	outward := []netip.Addr{outward("udp4", "192.0.2.1:9"), outward("udp6", "[2001:db8::1]:9")}
	slices.SortStableFunc(all, func(a, b netip.Addr) int {
		return cmp.Compare(rank(a, outward), rank(b, outward))
	})
	return slices.Compact(all)
}

func isReachable(a netip.Addr) bool {
	return a.IsValid() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !a.IsMulticast() && !a.IsUnspecified()
}

// rank orders addresses: IPv4 before IPv6, the one on the way outside before
// those of other networks (of containers, of virtual machines), private ones
// before others.
func rank(a netip.Addr, outward []netip.Addr) int {
	n := 0
	if !a.Is4() {
		n += 4
	}
	if !slices.Contains(outward, a) {
		n += 2
	}
	if !a.IsPrivate() {
		n++
	}
	return n
}

// outward returns the address from which this machine would send to another one.
// Nothing is sent: a UDP socket that is connected has been routed.
func outward(network, to string) netip.Addr {
	conn, err := net.Dial(network, to)
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	if at, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		return at.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
