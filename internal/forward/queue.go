package forward

import "sync"

// The signals that OTLP carries, as in their paths: /v1/NAME.
var signals = []string{"traces", "metrics", "logs"}

// An item is one request.
type item struct {
	number uint64 // in the order of their coming
	signal string
	body   []byte
	packed bool   // whether it was compressed, if that was worth it
	zipped bool   // whether body is gzip
	via    string // the forwarders that it has come through, as in the header
}

// A queue holds requests within bounds: a line for each signal, so that a
// backend that is slow with one does not keep the others waiting. Together they
// have one bound, and the oldest of all makes room first.
type queue struct {
	mostBytes, mostItems int

	mu     sync.Mutex
	lines  []*line
	all    amount // what waits and what is being sent
	flying amount // what is being sent, and makes no room
	number uint64
	ended  bool // nothing is accepted any more
	ledger ledger
}

// An amount of requests.
type amount struct{ items, bytes int }

func (a *amount) add(it *item)    { a.items, a.bytes = a.items+1, a.bytes+len(it.body) }
func (a *amount) remove(it *item) { a.items, a.bytes = a.items-1, a.bytes-len(it.body) }

// A line is the requests of one signal, in the order of their coming.
type line struct {
	signal  string
	wake    chan struct{} // has a value when something has come
	waiting []*item       // guarded by the queue
	trouble string        // why the last try was in vain, or ""; likewise
}

func newQueue(bytes, items int) *queue {
	q := &queue{mostBytes: bytes, mostItems: items}
	for _, s := range signals {
		q.lines = append(q.lines, &line{signal: s, wake: make(chan struct{}, 1)})
	}
	return q
}

// put takes a request in, and drops older ones for it. It reports whether
// anything was dropped.
func (q *queue) put(it *item) (dropped bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.lines {
		if l.signal != it.signal {
			continue
		}
		if q.ended {
			q.ledger.drop(it, whyEnded)
			return true
		}
		if !q.fits(it, q.flying) {
			q.ledger.drop(it, whyFull)
			return true
		}
		for !q.fits(it, q.all) {
			q.dropOldest()
			dropped = true
		}
		q.number++
		it.number = q.number
		l.waiting = append(l.waiting, it)
		q.all.add(it)
		select {
		case l.wake <- struct{}{}:
		default: // its worker has not come to the last one yet
		}
		return dropped
	}
	q.ledger.drop(it, "OTLP over HTTP has no such signal")
	return true
}

// fits reports whether a request has room beside others.
func (q *queue) fits(it *item, beside amount) bool {
	return beside.bytes+len(it.body) <= q.mostBytes && beside.items < q.mostItems
}

// dropOldest drops the oldest one that waits. There has to be one.
func (q *queue) dropOldest() {
	var oldest *line
	for _, l := range q.lines {
		if len(l.waiting) > 0 && (oldest == nil || l.waiting[0].number < oldest.waiting[0].number) {
			oldest = l
		}
	}
	it := oldest.pop()
	q.all.remove(it)
	q.ledger.drop(it, whyFull)
}

// take takes the oldest one of a line out, to be sent. last says that none will
// come any more.
func (q *queue) take(l *line) (it *item, last bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(l.waiting) == 0 {
		return nil, q.ended
	}
	it = l.pop()
	q.flying.add(it)
	return it, false
}

// pack puts a request's compressed body in the place of the plain one, if there
// is one.
func (q *queue) pack(it *item, zipped []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	it.packed = true
	if zipped == nil {
		return
	}
	for _, a := range []*amount{&q.all, &q.flying} {
		a.bytes += len(zipped) - len(it.body)
	}
	it.body, it.zipped = zipped, true
}

// settle notes how a try of it has come out. What is to be tried again goes back
// to the head of its line.
func (q *queue) settle(l *line, it *item, out outcome) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flying.remove(it)
	l.trouble = ""
	if out.again {
		l.trouble = out.why
		l.waiting = append([]*item{it}, l.waiting...)
	} else {
		q.all.remove(it)
	}
	q.ledger.note(it, out)
}

// end has nothing accepted any more.
func (q *queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
}

// dropAll drops what is left.
func (q *queue) dropAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.lines {
		for len(l.waiting) > 0 {
			it := l.pop()
			q.all.remove(it)
			q.ledger.drop(it, whyEnded)
		}
	}
}

// pop removes the line's oldest one.
func (l *line) pop() *item {
	it := l.waiting[0]
	l.waiting[0] = nil // or it stays in memory
	l.waiting = l.waiting[1:]
	return it
}
