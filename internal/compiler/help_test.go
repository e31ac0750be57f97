package compiler

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The messages are those of Go 1.26.
func TestHelp(t *testing.T) {
	for message, want := range map[string]string{
		"a.go:3:36: declared and not used: span":                "defer span.End()",
		"a.go:3:36: declared and not used: ctx":                 "hand it to what is called",
		"a.go:3:36: declared and not used: x":                   "use it, or put _",
		"a.go:3:31: undefined: otelhttp":                        `import "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"`,
		"a.go:3:31: undefined: semconv\nb.go:1:1: undefined: x": `import semconv "go.opentelemetry.io/otel/semconv/v1.43.0"`,
		"a.go:3:18: undefined: trace.NewTracerProvider":         `import sdktrace "go.opentelemetry.io/otel/sdk/trace", and write sdktrace.NewTracerProvider`,
		"a.go:3:93: undefined: metric.NewMeterProvider":         `import sdkmetric "go.opentelemetry.io/otel/sdk/metric"`,
		"a.go:3:18: undefined: trace.SpanFromContext":           "here is the SDK, which the lessons call sdktrace",
		"a.go:3:18: undefined: sdktrace.WithAttributes":         `is in the API, "go.opentelemetry.io/otel/trace": trace.WithAttributes`,
		"a.go:3:42: undefined: codes.Error":                     "this is gRPC's",
		`a.go:3:67: cannot use codes.Internal (constant 13 of uint32 type "google.golang.org/grpc/codes".Code) as "go.opentelemetry.io/otel/codes".Code value in argument to s.SetStatus`: "this is gRPC's",
		"a.go:2:8: no required module provides package go.opentelemetry.io/otel/semconv/v1.99.0; to add it:\n\tgo get go.opentelemetry.io/otel/semconv/v1.99.0":                           "There is no semconv/v1.99.0",
		"a.go:2:8: no required module provides package example.com/x; to add it:\n\tgo get example.com/x":                                                                                 "is the import's path as the lesson writes it?",
		"a.go:3:17: undefined: semconv.DBSystemNamePostgreSQL":                                                                          "semconv/v1.43.0",
		`a.go:2:9: "go.opentelemetry.io/otel/codes" imported and not used`:                                                              "delete its line",
		`a.go:2:9: "otel.workshop/solutions/01-minimal" imported as minimal and not used`:                                               "delete its line",
		`a.go:3:39: assignment mismatch: 1 variable but otel.Tracer("x").Start returns 2 values`:                                        "ctx, span := tracer.Start(ctx, …)",
		`a.go:3:78: assignment mismatch: 1 variable but otel.Meter("x").Int64Counter returns 2 values`:                                  "returns an error, too",
		`a.go:4:95: cannot use "order.id" (untyped string constant) as "go.opentelemetry.io/otel/attribute".KeyValue value in argument`: `attribute.Int64("order.id", id)`,
		"a.go:4:117: span.SetAttribute undefined (type trace.Span has no field or method SetAttribute)":                                 "SetAttributes",
		"a.go:4:154: not enough arguments in call to span.SetStatus\n\thave (unknown type)\n\twant (codes.Code, string)":                "span.SetStatus(codes.Error",
		"a_test.go:9:2: found packages handlerspans (handler.go) and main (new.go) in /x/steps/02-handler-spans":                        "new.go says package main",
		`a_test.go:9:2: import "otel.workshop/steps/02-handler-spans" is a program, not an importable package`:                          "belongs into the folder shop alone",
	} {
		t.Run(message, func(t *testing.T) {
			help := Help(message)
			require.Len(t, help, 1)
			require.Contains(t, help[0], want)
		})
	}
	require.Empty(t, Help("a.go:1:1: undefined: x\na.go:1:1: undefined: x.Y\na.go:2:2: syntax error"))
	require.Equal(t, []string{unused([]string{"", "span"}), missingImport("trace"), grpcCodes}, Help(`a.go:3:36: declared and not used: span
a.go:4:36: declared and not used: span
a.go:5:36: undefined: trace
a.go:6:36: undefined: codes.Error
a.go:7:36: undefined: otel`))
	require.True(t, AboutImports("a_test.go:9:2: found packages a (a.go) and b (b.go) in /x"))
	require.False(t, AboutImports("checker/01-minimal/a_test.go:9:2: undefined: minimal.Setup"))
}

// What the tables say of packages is so in the pinned modules.
func TestNamesAreThere(t *testing.T) {
	exported := func(path string) map[string]bool {
		out, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output()
		require.NoError(t, err, "%s", path)
		files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "*.go"))
		require.NoError(t, err)
		names := map[string]bool{}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			for _, d := range parsed.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Recv == nil {
						names[d.Name.Name] = true
					}
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						switch spec := spec.(type) {
						case *ast.TypeSpec:
							names[spec.Name.Name] = true
						case *ast.ValueSpec:
							for _, n := range spec.Names {
								names[n.Name] = true
							}
						}
					}
				}
			}
		}
		return names
	}
	for pkg, twin := range twins {
		api, sdk := exported(otel+"/"+pkg), exported(otel+"/sdk/"+pkg)
		for _, name := range twin.api {
			require.True(t, api[name], "%s.%s is not in the API", pkg, name)
			require.False(t, sdk[name], "%s.%s is in the SDK, too", pkg, name)
		}
		for _, name := range twin.sdk {
			require.True(t, sdk[name], "%s.%s is not in the SDK", pkg, name)
			require.False(t, api[name], "%s.%s is in the API, too", pkg, name)
		}
	}
	for _, path := range imports {
		path = strings.Trim(path[strings.Index(path, `"`):], `"`)
		require.NotEmpty(t, exported(path), path)
	}
}
