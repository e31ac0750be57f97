package web

import (
	"fmt"
	"sync"
)

// colours is how many services are told apart by colour: as many as style.css
// has. Their names stand beside it all the same.
const colours = 8

// A palette gives each service a colour that it keeps, on every trace and every
// view.
type palette struct {
	mu    sync.Mutex
	given map[string]int
}

// class returns a service's class in style.css.
func (p *palette) class(service string) string {
	if service == "workshop" || service == "caller" { // the request as it was sent: the quiet one
		return fmt.Sprintf("svc-%d", colours-1)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.given == nil {
		p.given = map[string]int{"demo-service": 0, "payment-api": 1}
	}
	n, known := p.given[service]
	if !known && len(p.given) < 1000 { // nobody tells more of them apart; the list must not grow for ever
		n = len(p.given)
		p.given[service] = n
	}
	return fmt.Sprintf("svc-%d", n%(colours-1))
}
