package postgres

import (
	"encoding/binary"
	"math"
	"strconv"
)

// A dataType is a type by the number that PostgreSQL gives it in pg_type.
type dataType uint32

const (
	boolType    dataType = 16
	int8Type    dataType = 20
	int4Type    dataType = 23
	textType    dataType = 25
	float8Type  dataType = 701
	numericType dataType = 1700 // what sum(bigint) has; no column does
	voidType    dataType = 2278 // what pg_sleep returns
	unknownType dataType = 0
	looseType   dataType = 1<<32 - 1 // of a parameter that is compared with what has no type we know
)

// declared are the types that a column can have, by their names in SQL.
var declared = map[string]dataType{
	"bigint": int8Type, "int8": int8Type,
	"integer": int4Type, "int": int4Type, "int4": int4Type,
	"text":    textType,
	"boolean": boolType, "bool": boolType,
	"double precision": float8Type, "float8": float8Type,
}

func (d dataType) String() string {
	switch d {
	case boolType:
		return "boolean"
	case int8Type:
		return "bigint"
	case int4Type:
		return "integer"
	case float8Type:
		return "double precision"
	case numericType:
		return "numeric"
	case voidType:
		return "void"
	}
	return "text"
}

// size is the length of a value in bytes, -1 when it varies.
func (d dataType) size() int16 {
	switch d {
	case boolType:
		return 1
	case int4Type, voidType:
		return 4
	case int8Type, float8Type:
		return 8
	}
	return -1
}

// format writes a value of a row: nil, int64, float64 or string, which are what
// SQLite has. SQLite may hold something else in a column than its type says.
func (d dataType) format(v any, binaryFormat bool) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	mismatch := unsupported("a value of type %v that is %v", d, v)
	switch d {
	case voidType:
		return []byte{}, nil
	case boolType:
		n, ok := v.(int64)
		if !ok || n>>1 != 0 {
			return nil, mismatch
		}
		if binaryFormat {
			return []byte{byte(n)}, nil
		}
		return []byte{"ft"[n]}, nil
	case int8Type, int4Type:
		n, ok := v.(int64)
		switch {
		case !ok:
			return nil, mismatch
		case d == int4Type && int64(int32(n)) != n:
			return nil, sqlErrorf("22003", "integer out of range")
		case !binaryFormat:
			return strconv.AppendInt(nil, n, 10), nil
		case d == int4Type:
			return binary.BigEndian.AppendUint32(nil, uint32(n)), nil
		}
		return binary.BigEndian.AppendUint64(nil, uint64(n)), nil
	case float8Type:
		var f float64
		switch n := v.(type) {
		case float64:
			f = n
		case int64:
			f = float64(n)
		default:
			return nil, mismatch
		}
		if binaryFormat {
			return binary.BigEndian.AppendUint64(nil, math.Float64bits(f)), nil
		}
		return appendFloat(f), nil
	}
	if binaryFormat && d == numericType {
		return nil, unsupported("numeric in binary format")
	}
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(nil, v, 10), nil
	case float64:
		return appendFloat(v), nil
	case string:
		return append([]byte{}, v...), nil // not nil, which would be NULL
	}
	return nil, mismatch
}

// appendFloat writes a number as PostgreSQL does: the shortest digits that tell
// it from its neighbours, with an exponent when it is very large or small.
func appendFloat(f float64) []byte {
	switch abs := math.Abs(f); {
	case math.IsInf(f, 1):
		return []byte("Infinity")
	case math.IsInf(f, -1):
		return []byte("-Infinity")
	case abs != 0 && (abs < 1e-4 || abs >= 1e15):
		return strconv.AppendFloat(nil, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64)
}
