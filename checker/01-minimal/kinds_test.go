package minimal_test

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// kinds are spans that a processor could treat in another way than those of
// record, which last no time, and have no parent and nothing to tell. Each end
// starts and ends one span called checkout.
var kinds = []struct {
	what string
	end  func(context.Context) trace.Span
}{
	{"each with an error", func(ctx context.Context) trace.Span {
		span := startCheckout(ctx)
		span.RecordError(errors.New("no more today"))
		span.SetStatus(codes.Error, "no more today")
		span.End()
		return span
	}},
	{"each of a request that was answered with a 500", func(ctx context.Context) trace.Span {
		span := startCheckout(ctx, trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(attribute.String("http.request.method", "GET"), attribute.Int("http.response.status_code", 500)))
		span.SetStatus(codes.Error, "")
		span.End()
		return span
	}},
	{"each of a request", func(ctx context.Context) trace.Span {
		span := startCheckout(ctx, trace.WithSpanKind(trace.SpanKindServer))
		span.End()
		return span
	}},
	{"each of a call", func(ctx context.Context) trace.Span {
		span := startCheckout(ctx, trace.WithSpanKind(trace.SpanKindClient))
		span.End()
		return span
	}},
	{"each of ten seconds", func(ctx context.Context) trace.Span {
		span := startCheckout(ctx, trace.WithTimestamp(time.Now().Add(-10*time.Second)))
		span.End()
		return span
	}},
	{"each with a caller in another service", func(ctx context.Context) trace.Span {
		span := startCheckout(trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled, Remote: true,
		})))
		span.End()
		return span
	}},
	{"each in another one", func(ctx context.Context) trace.Span {
		ctx, outer := otel.Tracer("checker").Start(ctx, "outer")
		span := startCheckout(ctx)
		span.AddEvent("paid")
		span.End()
		outer.End()
		return span
	}},
}

func startCheckout(ctx context.Context, options ...trace.SpanStartOption) trace.Span {
	_, span := otel.Tracer("checker").Start(ctx, "checkout", options...)
	return span
}
