package web

import "otel.workshop/internal/printable"

// A forwardView says what has become of what was forwarded.
type forwardView struct {
	Text   string
	Losses []string // what the backend does not have, and why
}

func (s *Server) forwardView() *forwardView {
	f := s.desk.Forwarder()
	if f == nil {
		return nil
	}
	stats := f.Stats()
	text := "Forwarded to " + stats.Endpoint + ": " + stats.String()
	if stats.LastError != "" && stats.Trouble == "" {
		text += "; last at " + stats.LastAt.Local().Format("15:04:05") + ", " + stats.LastError
	}
	v := &forwardView{Text: printable.Text(text)}
	for _, l := range stats.Losses {
		v.Losses = append(v.Losses, printable.Text(l.String()))
	}
	return v
}

// forwardState says whether forwarding goes well, without numbers: it changes
// only when that does, and a screen reader says each change.
func (s *Server) forwardState() string {
	f := s.desk.Forwarder()
	if f == nil {
		return ""
	}
	return printable.Text(f.Stats().State())
}

// forwarded returns a channel that has a value when something was forwarded, or
// could not be; nil, which never has, when nothing is.
func (s *Server) forwarded() (changed <-chan struct{}, cancel func()) {
	f := s.desk.Forwarder()
	if f == nil {
		return nil, func() {}
	}
	return f.Subscribe()
}
