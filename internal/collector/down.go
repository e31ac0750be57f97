package collector

// SetDown makes the collector unreachable, as one that has ended: connections
// are cut and refused. Down ends as it began, on the same ports; what is stored
// stays.
func (c *Collector) SetDown(down bool) {
	c.httpListener.set(down)
	c.grpcListener.set(down)
}

// Down reports whether the collector was made unreachable.
func (c *Collector) Down() bool {
	c.httpListener.mu.Lock()
	defer c.httpListener.mu.Unlock()
	return c.httpListener.isDown
}
