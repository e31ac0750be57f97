package grader

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOverflow(t *testing.T) {
	const stack = `runtime: goroutine stack exceeds 67108864-byte limit
runtime: sp=0xc020160390 stack=[0xc020160000, 0xc040160000]
fatal error: stack overflow

goroutine 7 gp=0xc000003340 m=3 mp=0xc000080008 [running]:
otel.workshop/steps/01-minimal.c()
	/w/steps/01-minimal/a.go:3 +0x1d fp=0xc0201603a0 sp=0xc020160398 pc=0x52c4bd
otel.workshop/steps/01-minimal.b()
	/w/steps/01-minimal/a.go:2 +0x11 fp=0xc0201603b0 sp=0xc0201603a0 pc=0x52c4d1
otel.workshop/steps/01-minimal.a()
	/w/steps/01-minimal/a.go:1 +0x11 fp=0xc0201603c0 sp=0xc0201603b0 pc=0x52c4f1
otel.workshop/steps/01-minimal.c()
	/w/steps/01-minimal/a.go:3 +0x1d fp=0xc0201603d0 sp=0xc0201603c0 pc=0x52c4bd
...123 frames elided...
otel.workshop/steps/01-minimal.a()
	/w/steps/01-minimal/a.go:1 +0x11 fp=0xc0401603c0 sp=0xc0401603b0 pc=0x52c4f1
otel.workshop/steps/01-minimal.Setup()
	/w/steps/01-minimal/a.go:9 +0x11 fp=0xc0401603d0 sp=0xc0401603c0 pc=0x52c511
`
	require.Equal(t, "it calls itself without end: a → b → c → a", panicLine(stack))
	require.Equal(t, `c
    steps/01-minimal/a.go:3
b
    steps/01-minimal/a.go:2
a
    steps/01-minimal/a.go:1
Setup
    steps/01-minimal/a.go:9`, learnerFrames(stack))
	require.Empty(t, beforeCrash(stack))
}
