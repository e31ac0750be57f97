package postgres

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parse reads a value that is written as text. It returns an int64, float64,
// bool or string.
func (d dataType) parse(s string) (any, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil, sqlErrorf("22021", "invalid byte sequence for encoding \"UTF8\"")
	}
	var (
		v   any
		err error
	)
	switch trimmed := strings.TrimSpace(s); d {
	case int8Type:
		v, err = strconv.ParseInt(trimmed, 10, 64)
	case int4Type:
		v, err = strconv.ParseInt(trimmed, 10, 32)
	case float8Type:
		v, err = strconv.ParseFloat(trimmed, 64)
		if f := v.(float64); err == nil && math.IsNaN(f) {
			return nil, unsupported("a number that is none (NaN)") // SQLite would store NULL
		}
	case boolType:
		v, err = parseBool(trimmed)
	case looseType:
		// SQLite finds that no number equals a text. PostgreSQL would know
		// which of both is meant; what looks like a number is one here.
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && strconv.FormatInt(n, 10) == s {
			return n, nil
		}
		return s, nil
	default:
		return s, nil
	}
	if errors.Is(err, strconv.ErrRange) {
		return nil, sqlErrorf("22003", "value %q is out of range for type %v", s, d)
	}
	if err != nil {
		return nil, sqlErrorf("22P02", "invalid input syntax for type %v: %q", d, s)
	}
	return v, nil
}

// parseBool reads a truth value in any of PostgreSQL's spellings: a beginning
// of true, false, yes, no, on, off that is clear, or a digit.
func parseBool(s string) (bool, error) {
	s = strings.ToLower(s)
	for _, full := range []string{"true", "yes", "on", "1"} {
		if s != "" && s != "o" && strings.HasPrefix(full, s) {
			return true, nil
		}
	}
	for _, full := range []string{"false", "no", "off", "0"} {
		if s != "" && s != "o" && strings.HasPrefix(full, s) {
			return false, nil
		}
	}
	return false, strconv.ErrSyntax
}

// parseBinary reads a value in the protocol's binary format.
func (d dataType) parseBinary(b []byte) (any, error) {
	switch size := int(d.size()); {
	case len(b) < size:
		return nil, sqlErrorf("08P01", "insufficient data left in message")
	case size >= 0 && len(b) > size:
		return nil, sqlErrorf("22P03", "incorrect binary data format in a parameter of type %v", d)
	}
	switch d {
	case int8Type:
		return int64(binary.BigEndian.Uint64(b)), nil
	case int4Type:
		return int64(int32(binary.BigEndian.Uint32(b))), nil
	case float8Type:
		return d.parse(strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(b)), 'g', -1, 64))
	case boolType:
		return b[0] != 0, nil
	}
	return d.parse(string(b))
}
