package terminal

import (
	"otel.workshop/internal/collector"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
)

// refusals tells what the collector does not accept: once each, as a service
// that goes on trying would fill the screen.
type refusals struct {
	store *collector.Store
	told  int
}

// news returns what was refused since the last call.
func (r *refusals) news(look Look) (texts []string) {
	all := r.store.Refusals()
	for _, text := range all[r.told:] {
		texts = append(texts, look.paint(report.Yellow, look.prose("! The collector has refused "+printable.Text(text)+".", 0)))
	}
	r.told = len(all)
	return texts
}
