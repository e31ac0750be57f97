package collector

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// takes reports whether a field that is neither string nor bytes can hold what
// JSON writes as text. Numbers may be quoted; true and false may not.
func (f *field) takes(text string, quoted bool) bool {
	var err error
	switch f.kind {
	case protoreflect.BoolKind:
		return !quoted && (text == "true" || text == "false")
	case protoreflect.EnumKind:
		if quoted { // pdata spells this one name with a space at its end
			return f.enum.Values().ByName(protoreflect.Name(text)) != nil && text != "SEVERITY_NUMBER_TRACE"
		}
		_, err = strconv.ParseInt(text, 10, 32)
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		_, err = strconv.ParseFloat(text, 64)
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		_, err = strconv.ParseUint(text, 10, 64)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		_, err = strconv.ParseUint(text, 10, 32)
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		_, err = strconv.ParseInt(text, 10, 64)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		_, err = strconv.ParseInt(text, 10, 32)
	default:
		return false
	}
	return err == nil
}

// checkBytes looks at the value of a bytes field, as it is written: an id in
// hexadecimal, or base64. Escapes are neither.
func (f *field) checkBytes(raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	if f.id > 0 {
		var id [16]byte
		if len(raw) == 2*f.id {
			if _, err := hex.Decode(id[:], raw); err == nil {
				return nil
			}
		}
		return f.wants(f.values(), fmt.Sprintf("%.40q", raw))
	}
	if _, err := base64.StdEncoding.Decode(make([]byte, base64.StdEncoding.DecodedLen(len(raw))), raw); err != nil {
		return f.wants(f.values(), fmt.Sprintf("%.40q", raw))
	}
	return nil
}

// wants says what a field should hold.
func (f *field) wants(want, got string) error {
	return fmt.Errorf("%s should hold %s, not %s", f.name, want, got)
}

// values says what a field's values are in JSON.
func (f *field) values() string {
	switch {
	case f.id > 0:
		return fmt.Sprintf("an id of %d hexadecimal digits", 2*f.id)
	case f.kind == protoreflect.BytesKind:
		return "base64"
	case f.kind == protoreflect.StringKind:
		return "a string"
	case f.kind == protoreflect.BoolKind:
		return "true or false"
	case f.kind == protoreflect.EnumKind:
		return "the number of a value, or its name such as " + string(f.enum.Values().Get(0).Name())
	case f.kind == protoreflect.DoubleKind, f.kind == protoreflect.FloatKind:
		return "a number"
	}
	return "a whole number"
}
