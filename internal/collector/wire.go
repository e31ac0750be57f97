package collector

import (
	"errors"
	"fmt"
	"net/http"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	maxBody    = 16 << 20  // bytes of one request, before and after decompression
	maxDecoded = 128 << 20 // bytes that one request may grow to when it is decoded
	maxNesting = 100       // messages within messages: protobuf's own usual limit
)

// errTooDense refuses a body that is small on the wire and large in memory.
var errTooDense = &refusal{http.StatusRequestEntityTooLarge, codes.ResourceExhausted,
	fmt.Sprintf("the request would take more than %d MiB of memory when decoded: send fewer items at a time", maxDecoded>>20)}

// A body of less than smallBody does no harm, whatever it holds: it grows to 40
// MiB, or nests 40,000 deep, at the very most. The SDK's usual batch is smaller,
// and is spared the scan.
const smallBody = 256 << 10

// checkWire refuses a protobuf body that would harm the process when it is
// decoded. pdata's decoder trusts its input: 16 MiB of arrays within arrays
// overflow the stack, which no recover catches, and 16 MiB of empty spans
// become 2 GiB. The scan allocates nothing, and looks at tags and lengths only.
func checkWire(body []byte, m *message) error {
	if len(body) < smallBody {
		return nil
	}
	budget := maxDecoded - len(body)
	return m.scan(body, &budget, 0)
}

var errMalformed = errors.New("not a protobuf message")

func (m *message) scan(b []byte, budget *int, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("messages are nested more than %d deep", maxNesting)
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
		child := m.field(num)
		if child == nil {
			continue
		}
		*budget -= child.size + child.perByte*len(value)
		if *budget < 0 {
			return errTooDense
		}
		if child.fields == nil {
			continue
		}
		if err := child.scan(value, budget, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// field returns the message in field num, nil when there is none. Field 1000
// of the three resource messages is an old name of field 2.
func (m *message) field(num protowire.Number) *message {
	if num == 1000 {
		num = 2
	}
	if int(num) >= len(m.fields) {
		return nil
	}
	return m.fields[num]
}
