package proxy

import "bufio"

// passAnswers passes on what the server sends, but for the answers to the
// proxy's own queries.
func (s *pgSession) passAnswers() error {
	for {
		if s.serverIn.Buffered() < headSize {
			if err := s.flushAnswers(); err != nil {
				return err
			}
		}
		m, err := peekMessage(s.serverIn)
		if err != nil {
			return err
		}
		if !s.isForClient(m) {
			err = discard(s.serverIn, m.size)
		} else {
			if s.garbles() {
				m.garble()
			}
			err = s.passAnswer(m)
		}
		if err != nil {
			return err
		}
		if m.typ == mReadyForQuery {
			s.ready()
		}
	}
}

// isForClient notes what a message says of the session, and reports whether
// the client is to see it.
func (s *pgSession) isForClient(m message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.typ == mReadyForQuery && len(m.body) > 0 {
		s.status = m.body[0]
	}
	if s.nap == nil {
		return true
	}
	switch m.typ {
	case mErrorResponse: // it is the answer to the client's query
		s.nap.failed = true
		return true
	case mNoticeResponse, mParameterStatus, mNotification: // these may come at any time
		return true
	}
	return false
}

// ready notes that the server has done with a query.
func (s *pgSession) ready() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nap != nil {
		s.nap = nil
	} else {
		s.pending--
	}
	s.changed.Broadcast()
}

func (s *pgSession) passAnswer(m message) error {
	s.out.Lock()
	defer s.out.Unlock()
	return pass(s.clientOut, s.serverIn, m.size)
}

func (s *pgSession) flushAnswers() error {
	s.out.Lock()
	defer s.out.Unlock()
	return s.clientOut.Flush()
}

func discard(r *bufio.Reader, n int) error {
	_, err := r.Discard(n)
	return err
}
