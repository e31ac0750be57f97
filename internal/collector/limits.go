package collector

// Limits bound what a [Store] keeps. Bytes are approximate: the size of what is
// kept, as Go holds it, not as it came over the wire. A zero field stands for
// its default.
type Limits struct {
	Traces        int // newest traces kept; default 2,000
	SpansPerTrace int // default 10,000; what a trace sends beyond is dropped
	TraceBytes    int // of all traces together; default 64 MiB. One trace may take a quarter of it
	Streams       int // metric streams kept, the most recently updated; default 10,000
	MetricBytes   int // of all streams together; default 16 MiB
}

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Traces, 2_000)
	set(&l.SpansPerTrace, 10_000)
	set(&l.TraceBytes, 64<<20)
	set(&l.Streams, 10_000)
	set(&l.MetricBytes, 16<<20)
	return l
}
