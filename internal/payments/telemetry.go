package payments

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

const (
	batchTimeout  = 100 * time.Millisecond // somebody waits for the trace, in front of a screen
	exportTimeout = 2 * time.Second
)

// telemetry makes spans and exports them. There is no MeterProvider: to name
// it costs every build a second.
type telemetry struct {
	provider  *sdktrace.TracerProvider
	exporter  *quietExporter
	transport *http.Transport
}

// newTelemetry exports to the collector at that base URL. Each option is set,
// because OTEL_… variables in the environment are meant for the learner's
// service.
func newTelemetry(ctx context.Context, collector string) (*telemetry, error) {
	base, err := url.Parse(collector)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("export spans to %q: it must be a URL such as http://127.0.0.1:4318", collector)
	}
	res, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName("payment-api")),
	)
	if err != nil {
		return nil, fmt.Errorf("describe the service: %w", err)
	}
	// A transport of our own can be closed, and knows no HTTP_PROXY.
	transport := &http.Transport{MaxIdleConnsPerHost: 1}
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(base.JoinPath("v1/traces").String()),
		otlptracehttp.WithTLSClientConfig(nil),
		otlptracehttp.WithCompression(otlptracehttp.NoCompression),
		otlptracehttp.WithHeaders(nil),
		otlptracehttp.WithHTTPClient(&http.Client{Transport: transport, Timeout: exportTimeout}),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}), // what is late is of no use
	)
	if err != nil {
		return nil, fmt.Errorf("make the span exporter: %w", err)
	}
	quiet := newQuietExporter(exporter)
	return &telemetry{
		exporter:  quiet,
		transport: transport,
		provider: sdktrace.NewTracerProvider(
			sdktrace.WithResource(res),
			sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())),
			sdktrace.WithBatcher(quiet,
				sdktrace.WithBatchTimeout(batchTimeout),
				sdktrace.WithExportTimeout(exportTimeout),
				sdktrace.WithMaxQueueSize(2048),
				sdktrace.WithMaxExportBatchSize(512),
			),
		),
	}, nil
}

func (t *telemetry) lost() (spans int, why error) { return t.exporter.lost() }

// close flushes. The exporter is given up before ctx is done: a provider whose
// time is over leaves its goroutine with the export behind.
func (t *telemetry) close(ctx context.Context) error {
	flushCtx, cancel := within(ctx, flushLimit)
	defer cancel()
	stop := context.AfterFunc(flushCtx, t.exporter.giveUp)
	defer stop()
	defer t.exporter.giveUp()
	err := t.provider.Shutdown(context.WithoutCancel(ctx)) // giveUp ends it
	t.transport.CloseIdleConnections()
	return err
}
