package collector

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

var errMalformed = errors.New("not a protobuf message")

// wireCost returns what a protobuf body costs when it is decoded, in bytes of
// memory, and refuses one that would harm the process. pdata's decoder trusts
// its input: 16 MiB of arrays within arrays overflow the stack, which no
// recover catches, and 16 MiB of empty spans become 2 GiB. The scan allocates
// nothing, and looks at tags and lengths only.
func wireCost(body []byte, m *message) (int, error) {
	cost := len(body) // its strings
	err := m.scanWire(body, &cost, 0)
	return cost, err
}

func (m *message) scanWire(b []byte, cost *int, depth int) error {
	if depth > maxNesting {
		return errTooDeep
	}
	for len(b) > 0 {
		num, typ, n := protowire.Number(b[0]>>3), protowire.Type(b[0]&7), 1
		if b[0] >= 0x80 || num == 0 { // most tags are one byte: no call for those
			if num, typ, n = protowire.ConsumeTag(b); n < 0 {
				return errMalformed
			}
		}
		b = b[n:]
		if typ == protowire.StartGroupType || typ == protowire.EndGroupType {
			return errMalformed // OTLP has no groups, and pdata skips them differently
		}
		if typ != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(num, typ, b); n < 0 {
				return errMalformed
			}
			b = b[n:]
			continue
		}
		var value []byte
		if len(b) > 0 && b[0] < 0x80 && int(b[0]) < len(b) { // and so are most lengths
			n = 1 + int(b[0])
			value = b[1:n]
		} else if value, n = protowire.ConsumeBytes(b); n < 0 {
			return errMalformed
		}
		b = b[n:]
		if int(num) >= len(m.numbers) || m.numbers[num] == nil {
			continue
		}
		f := m.numbers[num]
		*cost += f.cost + f.packed*len(value)
		if *cost > maxDecoded {
			return errTooDense
		}
		if f.message == nil {
			continue
		}
		if err := f.message.scanWire(value, cost, depth+1); err != nil {
			return err
		}
	}
	return nil
}

var errTooDeep = fmt.Errorf("messages are nested more than %d deep", maxNesting)
