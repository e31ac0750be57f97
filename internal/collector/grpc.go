package collector

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // senders may compress
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
)

// handshakeTimeout is how long a new connection may say nothing. gRPC waits for
// such ones when it stops.
const handshakeTimeout = 2 * time.Second

// newGRPCServer serves the three export services. It does so with bare bytes
// rather than with pdata's own registrations: these decode before any code of
// ours runs, and so without its guards (see checkWire).
func newGRPCServer(r *receiver) *grpc.Server {
	s := grpc.NewServer(
		grpc.ForceServerCodecV2(rawCodec{}),
		grpc.MaxRecvMsgSize(maxBody),
		grpc.MaxConcurrentStreams(128),
		grpc.ConnectionTimeout(handshakeTimeout),
	)
	for _, sig := range signals {
		s.RegisterService(&grpc.ServiceDesc{
			ServiceName: sig.service,
			HandlerType: (*any)(nil),
			Methods:     []grpc.MethodDesc{{MethodName: "Export", Handler: r.grpcHandler(sig)}},
		}, r)
	}
	return s
}

func (r *receiver) grpcHandler(sig signal) grpc.MethodHandler {
	return func(_ any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		var body rawBody
		if err := dec(&body); err != nil {
			return nil, err
		}
		defer body.free()
		answer, problem := r.receive(ctx, sig, protobuf, func() ([]byte, error) { return body.bytes(), nil })
		if problem != nil {
			if problem.http != http.StatusServiceUnavailable {
				r.store.refused(sig.service+"/Export", problem)
			}
			return nil, status.Error(problem.grpc, problem.message)
		}
		return answer, nil
	}
}

// A rawBody is a message that nobody has decoded. Its memory belongs to gRPC
// until it is freed: pdata copies what it keeps.
type rawBody struct{ buf mem.Buffer }

func (b *rawBody) bytes() []byte { return b.buf.ReadOnlyData() }
func (b *rawBody) free()         { b.buf.Free() }

// rawCodec hands messages over as they are: a *rawBody in, a []byte out.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	body, ok := v.(*rawBody)
	if !ok {
		return status.Error(codes.Internal, fmt.Sprintf("cannot read a message into %T", v))
	}
	body.buf = data.MaterializeToBuffer(mem.DefaultBufferPool())
	return nil
}

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	body, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("cannot write %T as a message", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(body)}, nil
}
