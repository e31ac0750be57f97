package collector

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxDigits is how long a number may be: as long as the largest float64 when
// it is written out. Reading one takes the square of its length.
const maxDigits = 320

// textCost returns what an OTLP/JSON body costs when it is decoded, in bytes of
// memory, and refuses one that would harm the process.
//
// It is strict, because pdata's decoder is not. That one makes a struct for
// every element of a list, null and 1 included, and after its first error it
// goes on out of step with the text: commas in a string become spans. So the
// cost can be told only of a body that it takes without one, and the scan knows
// whatever it could object to.
func textCost(body []byte, m *message) (int, error) {
	// Afterwards strings and brackets are known to end. It also bounds the
	// nesting of fields that nobody knows.
	if !json.Valid(body) {
		return 0, errors.New("not valid JSON")
	}
	s := &textScan{text: body, cost: 2 * len(body)} // its strings; one with escapes grows as a list does
	err := s.object(m, 0)
	return s.cost, err
}

// A textScan walks through valid JSON as pdata's decoder does.
type textScan struct {
	text []byte
	at   int
	cost int
}

// next returns the first byte of what comes next, without taking it.
func (s *textScan) next() byte {
	for {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
}

// null takes a null, and tells whether there was one.
func (s *textScan) null() bool {
	if s.next() != 'n' {
		return false
	}
	s.at += len("null")
	return true
}

// more takes the comma before another element or the bracket after the last.
func (s *textScan) more() bool {
	c := s.next()
	s.at++
	return c == ','
}

// object takes a message, or null, which pdata takes for an empty one.
func (s *textScan) object(m *message, depth int) error {
	if depth > maxNesting {
		return errTooDeep
	}
	if s.null() {
		return nil
	}
	if s.next() != '{' {
		return fmt.Errorf("there should be an object in the place of %s", s.what())
	}
	s.at++
	if s.next() == '}' {
		s.at++
		return nil
	}
	for {
		name := s.quoted()
		s.next() // a colon
		s.at++
		if name == "" {
			return errors.New("an object has a field without a name")
		}
		if err := s.field(m.names[name], depth); err != nil {
			return err
		}
		if !s.more() {
			return nil
		}
	}
}

// field takes the value of a field, nil for one that nobody knows.
func (s *textScan) field(f *field, depth int) error {
	switch {
	case f == nil:
		return s.skip()
	case !f.list:
		return s.value(f, depth)
	case s.null():
		return nil
	case s.next() != '[':
		return f.wants("a list", s.what())
	}
	s.at++
	if s.next() == ']' {
		s.at++
		return nil
	}
	for {
		if err := s.value(f, depth); err != nil {
			return err
		}
		if !s.more() {
			return nil
		}
	}
}

// value takes one value of a field, an element if it is a list.
func (s *textScan) value(f *field, depth int) error {
	if s.cost += f.cost; s.cost > maxDecoded {
		return errTooDense
	}
	c := s.next()
	switch {
	case f.message != nil:
		if c != '{' && c != 'n' {
			return f.wants("an object", s.what())
		}
		return s.object(f.message, depth+1)
	case c == 'n' && f.kind == protoreflect.StringKind:
		s.null()
		return nil
	case c == '{' || c == '[' || c == 'n':
		return f.wants(f.values(), s.what())
	case c == '"' && f.kind == protoreflect.StringKind:
		s.raw()
		return nil
	case c == '"' && f.kind == protoreflect.BytesKind:
		return f.checkBytes(s.raw())
	}
	var text string
	if c == '"' {
		text = s.quoted()
	} else {
		from := s.at
		if err := s.skip(); err != nil {
			return err
		}
		text = string(s.text[from:s.at])
	}
	if !f.takes(text, c == '"') {
		return f.wants(f.values(), fmt.Sprintf("%.40q", text))
	}
	return nil
}

// raw takes a string as it is written, without its quotes.
func (s *textScan) raw() []byte {
	s.next()
	s.at++
	from := s.at
	for s.text[s.at] != '"' {
		if s.text[s.at] == '\\' {
			s.at++
		}
		s.at++
	}
	s.at++
	return s.text[from : s.at-1]
}

// quoted takes a string, and returns what it says.
func (s *textScan) quoted() string {
	s.next()
	from := s.at
	raw := s.raw()
	for _, c := range raw {
		if c == '\\' {
			var text string
			_ = json.Unmarshal(s.text[from:s.at], &text) // it is valid
			return text
		}
	}
	return string(raw)
}

// skip takes any value. It need not know which: brackets are known to match.
func (s *textScan) skip() error {
	for depth := 0; ; {
		switch c := s.next(); {
		case c == '"':
			s.raw()
		case c == '{' || c == '[':
			s.at++
			depth++
		case c == '}' || c == ']':
			s.at++
			depth--
		case c == ',' || c == ':':
			s.at++
		case isDigit(c):
			if err := s.number(); err != nil {
				return err
			}
		case c == 'f':
			s.at += len("false")
		default:
			s.at += len("true") // or null
		}
		if depth == 0 {
			return nil
		}
	}
}

// number takes a number that a float64 can hold.
func (s *textScan) number() error {
	from := s.at
	for isDigit(s.text[s.at]) || strings.IndexByte(".+eE", s.text[s.at]) >= 0 {
		s.at++
	}
	if s.at-from > maxDigits {
		return fmt.Errorf("a number has more than %d digits", maxDigits)
	}
	text := string(s.text[from:s.at])
	bits := 64
	if text[0] == '0' {
		bits = 32 // what pdata reads such a one with when it skips it
	}
	if _, err := strconv.ParseFloat(text, bits); err != nil {
		return fmt.Errorf("the number %.40s is out of range", text)
	}
	return nil
}

// what names what comes next, for a message.
func (s *textScan) what() string {
	switch c := s.next(); {
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	case c == 'n':
		return "null"
	case isDigit(c):
		return "a number"
	}
	return "true or false"
}

func isDigit(c byte) bool { return c == '-' || '0' <= c && c <= '9' }
