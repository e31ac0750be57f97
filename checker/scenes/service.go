package scenes

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/database"
	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/solutions/03-db-metrics"
)

// takes is how long a query takes, and an answer of the payment API: long enough
// for a bar that can be seen.
const takes = 4 * time.Millisecond

// A service is the shop with what stands around it: a caller, a database, and a
// payment API that tells of its requests, too.
type service struct {
	handler http.Handler
	db      *database.Database
	api     *httptest.Server
	spans   *tracetest.SpanRecorder
	reader  *sdkmetric.ManualReader
	caller  trace.Tracer
	close   func()

	says     func(status string, err error) (string, error) // what becomes of the store's answer; nil: nothing
	apiFails bool
}

func open() (*service, error) {
	log.SetOutput(io.Discard) // and with it slog's: the service's own words are none of this
	slog.SetLogLoggerLevel(slog.LevelError)
	s := &service{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader(sdkmetric.WithTemporalitySelector(additions))}
	otel.SetTracerProvider(s.provider("shop"))
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.reader), sdkmetric.WithResource(named("shop")),
		sdkmetric.WithExemplarFilter(exemplar.AlwaysOffFilter))) // whose traces nobody would see
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	s.caller = s.provider("customer").Tracer("scenes")
	s.db = &database.Database{
		Orders: map[int64]string{42: "shipped", 43: "packed", 44: "shipped", slow: "lost"}, Takes: takes,
		Varies: map[int64]time.Duration{44: 4 * takes, slow: time.Minute}, Fails: map[int64]error{failing: diskFull},
	}
	pool := s.db.Open()
	s.api = httptest.NewServer(s.payments(s.provider("payments").Tracer("scenes")))
	s.close = func() { s.api.Close(); _ = pool.Close() }
	store, err := dbmetrics.NewStore(pool)
	if err != nil {
		s.close()
		return nil, fmt.Errorf("open the store: %w", err)
	}
	s.handler = handlerspans.NewHandler(orders{store, s}, handlerspans.NewPayments(s.api.URL))
	return s, nil
}

func (s *service) provider(name string) trace.TracerProvider {
	return sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(s.spans), sdktrace.WithResource(named(name)))
}

func named(service string) *resource.Resource {
	return resource.NewSchemaless(semconv.ServiceName(service))
}

// additions has a scene's own counts, and what there is of connections.
func additions(kind sdkmetric.InstrumentKind) metricdata.Temporality {
	switch kind {
	case sdkmetric.InstrumentKindCounter, sdkmetric.InstrumentKindHistogram:
		return metricdata.DeltaTemporality
	}
	return metricdata.CumulativeTemporality
}

// payments is the payment API. Its span has ended before its caller can know of
// the answer.
func (s *service) payments(tracer trace.Tracer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		_, span := tracer.Start(ctx, "GET /payments/{id}", trace.WithSpanKind(trace.SpanKindServer))
		if bag := r.Header.Get("baggage"); bag != "" {
			span.SetAttributes(attribute.StringSlice(baggageHeader, []string{bag}))
		}
		time.Sleep(takes)
		span.End()
		if s.apiFails {
			http.Error(w, strings.Repeat("not today. ", 1000), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, `{"state":"paid"}`)
	}
}

// baggageHeader is where a span tells which baggage came with its request.
const baggageHeader = "http.request.header.baggage"

// get asks for an order, as a customer does over HTTP.
func (s *service) get(id int) { s.getAs(context.Background(), baggage.Baggage{}, id) }

// getAs is get with the context of the connection, and with baggage.
func (s *service) getAs(conn context.Context, bag baggage.Baggage, id int) {
	ctx, span := s.caller.Start(baggage.ContextWithBaggage(context.Background(), bag), "GET", trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	r := httptest.NewRequestWithContext(conn, http.MethodGet, fmt.Sprintf("/orders/%d", id), nil)
	otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(r.Header))
	defer func() { _ = recover() }() // net/http would do it
	s.handler.ServeHTTP(httptest.NewRecorder(), r)
}
