package compiler

import "slices"

// Semconv is the newest version of the semantic conventions that the pinned
// go.opentelemetry.io/otel has.
const Semconv = "v1.43.0"

const otel = "go.opentelemetry.io/otel"

// imports are the packages that the lessons name, by the names under which
// they are used there.
var imports = map[string]string{
	"otel":           `"` + otel + `"`,
	"attribute":      `"` + otel + `/attribute"`,
	"codes":          `"` + otel + `/codes"`,
	"trace":          `"` + otel + `/trace"`,
	"metric":         `"` + otel + `/metric"`,
	"propagation":    `"` + otel + `/propagation"`,
	"resource":       `"` + otel + `/sdk/resource"`,
	"sdktrace":       `sdktrace "` + otel + `/sdk/trace"`,
	"sdkmetric":      `sdkmetric "` + otel + `/sdk/metric"`,
	"semconv":        `semconv "` + otel + `/semconv/` + Semconv + `"`,
	"otlptracehttp":  `"` + otel + `/exporters/otlp/otlptrace/otlptracehttp"`,
	"otlpmetrichttp": `"` + otel + `/exporters/otlp/otlpmetric/otlpmetrichttp"`,
	"otelhttp":       `"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"`,
	"slog":           `"log/slog"`,
	"errors":         `"errors"`,
	"context":        `"context"`,
	"fmt":            `"fmt"`,
	"http":           `"net/http"`,
	"os":             `"os"`,
	"time":           `"time"`,
	"sync":           `"sync"`,
	"sql":            `"database/sql"`,
}

func missingImport(name string) string {
	path, known := imports[name]
	if !known {
		return ""
	}
	return "The package " + name + " is not imported here: import " + path
}

// twins are packages of the same name, of API and SDK, and what each has that
// the other lacks.
var twins = map[string]struct{ api, sdk []string }{
	"trace": {
		api: []string{"ContextWithSpan", "LinkFromContext", "Span", "SpanContextFromContext", "SpanFromContext", "SpanKindClient",
			"SpanKindInternal", "SpanStartOption", "Tracer", "WithAttributes", "WithLinks", "WithSpanKind", "WithStackTrace", "WithTimestamp"},
		sdk: []string{"AlwaysSample", "BatchSpanProcessorOption", "NewBatchSpanProcessor", "NewSimpleSpanProcessor", "NewTracerProvider", "ParentBased", "ReadOnlySpan",
			"SpanExporter", "SpanProcessor", "TraceIDRatioBased", "WithBatchTimeout", "WithBatcher", "WithResource", "WithSampler", "WithSpanProcessor", "WithSyncer"},
	},
	"metric": {
		api: []string{"Callback", "Float64Histogram", "Int64Counter", "Int64Observable", "Meter", "Observer", "WithAttributes", "WithDescription",
			"WithExplicitBucketBoundaries", "WithInt64Callback", "WithUnit"},
		sdk: []string{"Exporter", "NewManualReader", "NewMeterProvider", "NewPeriodicReader", "NewView", "Reader", "WithInterval", "WithReader", "WithResource", "WithView"},
	},
}

// otherPackage says in which package a name is that one of the same name, or
// another version, doesn't have.
func otherPackage(pkg, name string) string {
	switch pkg {
	case "codes":
		if slices.Contains([]string{"Error", "Ok", "Unset"}, name) {
			return grpcCodes
		}
	case "semconv":
		return "Each version of the conventions has names of its own: the lessons' are those of " + imports["semconv"] + "."
	case "sdktrace", "sdkmetric":
		short := pkg[len("sdk"):]
		if slices.Contains(twins[short].api, name) {
			return name + " is in the API, " + imports[short] + ": " + short + "." + name
		}
	}
	t, known := twins[pkg]
	switch {
	case known && slices.Contains(t.sdk, name):
		return name + " is in the SDK, and what is imported as " + pkg + " is the API: import " + imports["sdk"+pkg] + ", and write sdk" + pkg + "." + name
	case known && slices.Contains(t.api, name):
		return name + " is in the API, " + imports[pkg] + "; what is imported as " + pkg + " here is the SDK, which the lessons call sdk" + pkg + "."
	}
	return ""
}
