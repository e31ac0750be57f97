package receiver

// Total returns what a counter of integers has counted, all series together,
// when it was last told. ok says whether it ever was.
func (r *Receiver) Total(name string) (total int64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.metrics[name]
	for _, p := range m.GetSum().GetDataPoints() {
		total += p.GetAsInt()
	}
	return total, ok
}
