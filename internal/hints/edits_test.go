package hints

// waits has the checks that wait for a later one. Their lesson says so.
var waits = map[string]string{
	"04/drain-before-flush": "04/background-joins-trace", // it looks for the receipt in the request's trace
}

// edits are what the hints say, by check, in the order of their lessons. A
// check without any passes with what the checks before it have left: its hint
// shows what is there by then.
//
// Most of what is typed are the hint's own lines. The rest is what its words
// ask for ("likewise", "in front of each"), and what is needed to compile.
var edits = map[string][]edit{
	"01/requests-traced": {
		{"server.go", "\treturn mux // TODO(requests-traced): put otelhttp around it\n", "@1"},
	},
	"01/service-name": {
		{"telemetry.go", "\treturn resource.Empty(), nil\n", "@1"},
	},
	"01/providers-global": {
		{"telemetry.go", "\treturn func(ctx context.Context) error {\n", `@1	metrics, err := e.Metrics(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the metric exporter: %w", err)
	}
@2	mp := sdkmetric.NewMeterProvider(
		sdkmetric.WithResource(res),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)),
	)
@3	return func(ctx context.Context) error {
`},
	},
	"01/metrics-every-10s": {
		{"telemetry.go", "\t\tsdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)),\n", "@1"},
	},
	"01/context-extracted": {
		{"telemetry.go", "\totel.SetMeterProvider(mp)\n", "\totel.SetMeterProvider(mp)\n@1"},
	},
	"01/plain-http-by-default": {
		{"telemetry.go", "\treturn Exporters{}\n", "\treturn Exporters{\n@1@2@3\t}\n"},
	},
	"01/shutdown-flushes-both": {
		{"telemetry.go", `	return func(ctx context.Context) error {
		// TODO(shutdown-flushes-both): stop both providers, whatever the first says.
		return nil
	}, nil
`, "@1"},
	},
	"01/endpoint-from-environment": {
		{"telemetry.go", "", "@1"},
		{"telemetry.go", "\t\t\treturn otlptracehttp.New(ctx, ", "@2\t\t\treturn otlptracehttp.New(ctx, "},
		{"telemetry.go", "\t\t\treturn otlpmetrichttp.New(ctx, ", `			if endpointFromEnv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
				return otlpmetrichttp.New(ctx)
			}
			return otlpmetrichttp.New(ctx, `},
	},
	"01/setup-fails-clean": {
		{"telemetry.go", `	metrics, err := e.Metrics(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the metric exporter: %w", err)
	}
`, "@1"},
	},

	"02/child-span": {
		{"handler.go", "\th := &handler{orders: orders, payments: payments}\n", "@1"},
		{"handler.go", "\tpayments *Payments\n}\n", "\tpayments *Payments\n\ttracer trace.Tracer\n}\n"},
		{"handler.go", "\t// TODO(child-span): do it in a span of its own, \"load order\".\n", "\tctx, span := h.tracer.Start(ctx, \"load order\")\n@2"},
	},
	"02/context-passed": {
		{"handler.go", "\treturn h.orders.Status(ctx, id)\n", "@1\treturn status, err\n"},
	},
	"02/span-attributes": {
		{"handler.go", "\tctx, span := h.tracer.Start(ctx, \"load order\")\n\tdefer span.End()\n", "@1"},
		{"handler.go", "\treturn status, err\n", "\tif err == nil {\n@2\t}\n\treturn status, err\n"},
	},
	"02/payment-in-trace": {
		{"payments.go", "&http.Client{Timeout: 5 * time.Second}", `&http.Client{
			Transport: otelhttp.NewTransport(http.DefaultTransport),
			Timeout: 5 * time.Second,
		}`},
		{"payments.go", "\treq, err := http.NewRequest(http.MethodGet, url, nil)\n", "@1"},
	},
	"02/errors-recorded": {
		{"handler.go", "\treturn status, err\n", "\tif err != nil {\n@1\t}\n\treturn status, err\n"},
	},
	"02/not-found-is-no-error": {
		{"handler.go", "\tif err != nil {\n\t\tspan.RecordError(err)\n", "@1"},
	},
	"02/payment-span-ends": {
		{"payments.go", "\t// TODO(payment-span-ends): who closes the response?\n", "@1"},
	},
	"02/route-recorded": {
		{"handler.go", "\tmux.HandleFunc(\"GET /orders/{id}\", h.order)\n\treturn otelhttp.NewHandler(mux, \"orders\") // TODO(route-recorded): say which route it was\n", "@1"},
	},
	"02/payment-failure-told-apart": {
		{"handler.go", "\t\tfail(ctx, w, http.StatusInternalServerError, \"the payment API gives no answer\", err)\n", "@1"},
	},
	"02/baggage-stays-home": {
		{"payments.go", "Transport: otelhttp.NewTransport(http.DefaultTransport),\n", "@1"},
	},
	"02/logs-connected": {
		{"handler.go", "\tslog.ErrorContext(ctx, message, \"error\", err)\n", "@1"},
	},

	"03/query-span": {
		{"store.go", "\tdb *sql.DB\n}\n", "\tdb *sql.DB\n\ttracer trace.Tracer\n}\n"},
		{"store.go", "\treturn &Store{db: db}, nil\n", "@1\treturn s, nil\n"},
		{"store.go", "\t// TODO(query-span): query in a span of its own, \"db.query\".\n", "@2\t)\n@3"},
	},
	"03/query-obeys-context": {
		{"store.go", "\terr = s.db.QueryRow(statusQuery, id).Scan(&status)\n", "@1"},
	},
	"03/queries-counted": {
		{"store.go", "\ttracer trace.Tracer\n}\n", "\ttracer trace.Tracer\n\tcount metric.Int64Counter\n}\n"},
		{"store.go", "\treturn s, nil\n", `	meter := otel.Meter("demo.db")
@1	if err != nil {
		return nil, fmt.Errorf("count queries: %w", err)
	}
	s.count = count
	return s, nil
`},
		{"store.go", "\tif errors.Is(err, sql.ErrNoRows) {\n", `	result := attribute.String("status", "ok")
	if err != nil {
		result = semconv.ErrorTypeKey.String("failed")
	}
@2	if errors.Is(err, sql.ErrNoRows) {
`},
	},
	"03/duration-in-seconds": {
		{"store.go", "\tcount  metric.Int64Counter\n}\n", "\tcount metric.Int64Counter\n\tduration metric.Float64Histogram\n}\n"},
		{"store.go", "\treturn s, nil\n", `@1	if err != nil {
		return nil, fmt.Errorf("time queries: %w", err)
	}
	s.duration = duration
	return s, nil
`},
		{"store.go", "\tctx, span := s.tracer.Start(ctx, \"db.query\",\n", "\tstart := time.Now()\n\tctx, span := s.tracer.Start(ctx, \"db.query\",\n"},
		{"store.go", "\ts.count.Add(ctx, 1, metric.WithAttributes(result))\n", "\ts.count.Add(ctx, 1, metric.WithAttributes(result))\n@2"},
	},
	"03/errors-recorded": {
		{"store.go", `	result := attribute.String("status", "ok")
	if err != nil {
		result = semconv.ErrorTypeKey.String("failed")
	}
`, "@1"},
		{"store.go", "", `@2
func failed(err error) bool { return err != nil }

func errorType(ctx context.Context, err error) string {
	if code := sqlState(err); code != "" {
		return code
	}
	return "connection"
}
`},
	},
	"03/query-attributes": {
		{"store.go", "\t\ttrace.WithSpanKind(trace.SpanKindClient),\n\t)\n", "\t\ttrace.WithSpanKind(trace.SpanKindClient),\n@1"},
	},
	"03/no-row-is-no-error": {
		{"store.go", "func failed(err error) bool { return err != nil }\n", "@1"},
	},
	"03/timeout-recognised": {
		{"store.go", `	if code := sqlState(err); code != "" {
		return code
	}
	return "connection"
`, "@1"},
	},
	"03/pool-observed": {
		{"store.go", "\treturn s, nil\n", "\tif err := observePool(meter, db); err != nil {\n\t\treturn nil, err\n\t}\n\treturn s, nil\n"},
		{"store.go", "", `func observePool(meter metric.Meter, db *sql.DB) error {
@1	if err != nil {
		return fmt.Errorf("observe the pool: %w", err)
	}
@2	return err
}
`},
	},

	"04/exporter-never-blocks": {
		{"queue.go", "\tqueue chan []sdktrace.ReadOnlySpan\n", "\tqueue chan sdktrace.ReadOnlySpan\n"},
		{"queue.go", "\tq := &QueueExporter{next: next, queue: make(chan []sdktrace.ReadOnlySpan)}\n", "\tq := &QueueExporter{\n\t\tnext: next,\n@1\t}\n"},
		{"queue.go", "\tfor spans := range q.queue {\n", "\tfor span := range q.queue {\n\t\tspans := []sdktrace.ReadOnlySpan{span}\n"},
		{"queue.go", "\tq.queue <- spans\n", "\tlost := 0\n\tfor _, span := range spans {\n@2\t}\n\t_ = lost\n"},
	},
	"04/exporter-drains": {
		{"queue.go", "\tnext  sdktrace.SpanExporter\n", `	next  sdktrace.SpanExporter

	mu sync.Mutex
	closed bool
	drained chan struct{}
	giveUp context.CancelFunc
`},
		{"queue.go", "\tq := &QueueExporter{\n", "\tctx, giveUp := context.WithCancel(context.Background())\n\tq := &QueueExporter{\n\t\tdrained: make(chan struct{}),\n\t\tgiveUp: giveUp,\n"},
		{"queue.go", "\tgo q.work()\n", "\tgo q.work(ctx)\n"},
		{"queue.go", "work() {\n", "work(ctx context.Context) {\n\tdefer close(q.drained)\n"},
		{"queue.go", "ExportSpans(context.Background(), spans)", "ExportSpans(ctx, spans)"},
		{"queue.go", "\tlost := 0\n", "\tq.mu.Lock()\n\tdefer q.mu.Unlock()\n\tif q.closed {\n\t\treturn nil\n\t}\n\tlost := 0\n"},
		{"queue.go", "\treturn q.next.Shutdown(ctx)\n", `	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.queue)
	}
	q.mu.Unlock()
	var err error
@1@2`},
	},
	"04/flush-survives-signal": {
		{"run.go", "", "@1"},
		{"run.go", "\t\tif err := traces.Shutdown(ctx); err != nil {\n", "@2\t\tif err := traces.Shutdown(flushCtx); err != nil {\n"},
	},
	"04/both-providers-flush": {
		{"telemetry.go", "(*sdktrace.TracerProvider, error)", "(func(context.Context) error, error)"},
		{"telemetry.go", `	otlp := minimal.OTLP()
	if _, err := minimal.Setup(ctx, otlp); err != nil {
		return nil, err
	}
	res, err := minimal.NewResource(ctx)
	if err != nil {
		return nil, err
	}
	exporter, err := otlp.Traces(ctx)
	if err != nil {
		return nil, err
	}
	traces := sdktrace.NewTracerProvider(
		sdktrace.WithResource(res),
		sdktrace.WithSyncer(NewQueueExporter(exporter, 2048, log)),
	)
	otel.SetTracerProvider(traces)
	return traces, nil
`, "@1"},
		{"telemetry.go", "// setUp makes", "const queueSize = 2048\n\n// setUp makes"},
		{"run.go", "\ttraces, err := setUp(ctx, cfg.Log)\n", "\tflush, err := setUp(ctx, cfg.Log)\n"},
		{"run.go", "\tif traces != nil {\n", "\tif flush != nil {\n"},
		{"run.go", "traces.Shutdown(flushCtx)", "flush(flushCtx)"},
	},
	"04/export-errors-logged": {
		{"telemetry.go", "\totel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {})) // it fills the log\n", "@1"},
		{"queue.go", "\t\tspans := []sdktrace.ReadOnlySpan{span}\n\t\t_ = q.next.ExportSpans(ctx, spans) // there is another batch soon\n", "\t\tbatch := []sdktrace.ReadOnlySpan{span}\n@2"},
		{"queue.go", "\tnext  sdktrace.SpanExporter\n", "\tnext  sdktrace.SpanExporter\n\tlog *slog.Logger\n"},
		{"queue.go", "\t\tdrained: make(chan struct{}),\n", "\t\tdrained: make(chan struct{}),\n\t\tlog: log,\n"},
		{"run.go", "\t\tif err := flush(flushCtx); err != nil {\n\t\t\treturn err\n\t\t}\n", "@3"},
		{"run.go", "\treturn srv.Shutdown(ctx)\n", "\treturn errors.Join(err, srv.Shutdown(ctx))\n"},
	},
	"04/span-ends-on-every-path": {
		{"handler.go", "\tctx, span := h.tracer.Start(ctx, \"load order\", trace.WithAttributes(attribute.Int64(\"order.id\", id)))\n", "@1"},
		{"handler.go", "\tspan.End()\n\treturn status, err\n", "\treturn status, err\n"},
		{"receipts.go", "\t\t\ttrace.WithAttributes(attribute.Int64(\"order.id\", orderID)))\n", "\t\t\ttrace.WithAttributes(attribute.Int64(\"order.id\", orderID)))\n\t\tdefer span.End()\n"},
		{"receipts.go", "\t\t}\n\t\tspan.End()\n", "\t\t}\n"},
		{"receipts.go", "\t\tcase <-ctx.Done():\n\t\t\treturn\n", ""},
	},
	"04/background-outlives-request": {
		{"receipts.go", "\tgo func() {\n\t\t_, span", "\tctx = context.WithoutCancel(ctx)\n\tgo func() {\n\t\t_, span"},
		{"receipts.go", `		sent := make(chan error, 1)
		go func() { sent <- deliver(ctx) }()
		select {
		case err := <-sent:
			if err != nil {
				r.log.Error("the receipt is not sent", "order", orderID, "error", err)
				return
			}
		case <-time.After(r.timeout):
			return
		}
`, "@1\t\t\tr.log.Error(\"the receipt is not sent\", \"order\", orderID, \"error\", err)\n\t\t}\n"},
	},
	"04/drain-before-flush": {
		{"run.go", "\thandler, err := NewHandler(cfg, NewReceipts(cfg.Log, 3*time.Second))\n", `	receipts := NewReceipts(cfg.Log, 3*time.Second)
	handler, err := NewHandler(cfg, receipts)
`},
		{"run.go", "\t\tBaseContext:       func(net.Listener) context.Context { return ctx },\n", ""},
		{"run.go", "func Run(ctx context.Context, ln net.Listener, cfg Config) error {", "func Run(ctx context.Context, ln net.Listener, cfg Config) (err error) {"},
		{"run.go", `	if flush != nil {
		flushCtx, cancel := within(ctx, cfg.FlushTimeout)
		defer cancel()
		err = errors.Join(err, flush(flushCtx))
	}
	return errors.Join(err, srv.Shutdown(ctx))
`, "@1"},
		{"run.go", "\treceipts := NewReceipts", `	defer func() {
		if flush == nil {
			return
		}
		flushCtx, cancel := within(ctx, cfg.FlushTimeout)
		defer cancel()
		err = errors.Join(err, flush(flushCtx))
	}()
	receipts := NewReceipts`},
		{"run.go", "func within(", "const drainTimeout = 5 * time.Second\n\nfunc within("},
		{"receipts.go", "\ttracer  trace.Tracer\n", "\ttracer  trace.Tracer\n\tpending sync.WaitGroup\n"},
		{"receipts.go", "\tgo func() {\n", "\tr.pending.Go(func() {\n"},
		{"receipts.go", "\t}()\n", "\t})\n"},
		{"receipts.go", "", `// Wait returns when all receipts are done with, or with ctx's error.
func (r *Receipts) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		r.pending.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for receipts: %w", ctx.Err())
	}
}
`},
	},
	"04/setup-error-told": {
		{"run.go", `	flush, err := setUp(ctx, cfg.Log)
	if err != nil {
		cfg.Log.Warn("no telemetry today", "error", err)
	}
`, "@1"},
		{"run.go", "\t\tif flush == nil {\n\t\t\treturn\n\t\t}\n", ""},
	},
	"04/drops-are-logged": {
		{"queue.go", "\tclosed  bool\n", "\tclosed  bool\n\tdropped int\n"},
		{"queue.go", "ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {\n", `ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
@1	return nil
}

func (q *QueueExporter) add(spans []sdktrace.ReadOnlySpan) (lost, total int) {
`},
		{"queue.go", "\tif q.closed {\n\t\treturn nil\n\t}\n\tlost := 0\n", "\tif q.closed {\n\t\tspans, lost = nil, len(spans)\n\t}\n"},
		{"queue.go", "\t_ = lost\n\treturn nil\n", "\tq.dropped += lost\n\treturn lost, q.dropped\n"},
		{"queue.go", "", "@2"},
		{"queue.go", "\tq.mu.Unlock()\n\tvar err error\n", "\tdropped := q.dropped\n\tq.mu.Unlock()\n\tif dropped > 0 {\n\t\tq.log.Warn(\"spans have been dropped\", \"dropped\", dropped)\n\t}\n\tvar err error\n"},
	},
	"04/slow-call-times-out": {
		{"handler.go", "\tpayment, err := h.payments.State(ctx, id)\n", "\tpayment, err := h.payment(ctx, id)\n"},
		{"handler.go", "\treceipts *Receipts\n\tlog ", "\tpatience time.Duration\n\treceipts *Receipts\n\tlog "},
		{"handler.go", "\t\treceipts: receipts,\n", "\t\tpatience: cfg.PaymentTimeout,\n\t\treceipts: receipts,\n"},
		{"handler.go", "", "func (h *handler) payment(ctx context.Context, id int64) (string, error) {\n@1}\n"},
	},
	"04/background-joins-trace": {
		{"receipts.go", "\t\t_, span := r.tracer.Start(context.Background(), \"receipt.send\",\n\t\t\ttrace.WithAttributes(attribute.Int64(\"order.id\", orderID)))\n", ""},
		{"receipts.go", "\tctx = context.WithoutCancel(ctx)\n", "@1"},
	},
	"04/panic-recorded": {
		{"handler.go", "\tmux.Handle(\"GET /orders/{id}\", recovered(cfg.Log, otelhttp.NewHandler(http.HandlerFunc(h.order), \"order\")))\n", "@1"},
		{"panics.go", "next http.Handler) http.Handler {\n\treturn http.HandlerFunc(func(", "next http.HandlerFunc) http.HandlerFunc {\n\treturn http.HandlerFunc(func("},
		{"panics.go", "\t\t\tlog.ErrorContext(", "@2\t\t\tlog.ErrorContext("},
	},
	"04/requests-as-before": {
		{"handler.go", `	if errors.Is(err, handlerspans.ErrNotFound) {
		return "", err
	}
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, "the order can't be read")
		span.SetAttributes(semconv.ErrorType(err))
	}
`, "@1"},
		{"receipts.go", "\t\t\tr.log.Error(\"the receipt is not sent\", \"order\", orderID, \"error\", err)\n", "@2"},
	},

	"05/accepts-right-answers": {
		{"telemetry_test.go", `// record registers a provider of the test's own, and returns where its spans go.
func record(t *testing.T) *tracetest.InMemoryExporter {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	return exporter
}
`, "@1"},
		{"handler_test.go", `// shipped has every order.
func shipped(context.Context, int64) (string, error) { return "shipped", nil }
`, "@2"},
		{"handler_test.go", `// TODO(accepts-right-answers): it passes, and would fail for services that are as right.
func TestOrder(t *testing.T) {
	exporter := record(t)
	w := get(t.Context(), service(t, shipped, paid), "/orders/42")
	require.Equal(t, http.StatusOK, w.Code)

	spans := exporter.GetSpans()
	require.Equal(t, 3, len(spans))
	require.Equal(t, "load order", spans[0].Name)
	require.Equal(t, 2, len(spans[0].Attributes))
	require.Equal(t, "HTTP GET", spans[1].Name)
	require.Equal(t, "GET /orders/{id}", spans[2].Name)
	// TODO(catches-lost-parents): who is below whom?
}
`, "@3}\n"},
		{"handler_test.go", `func TestPaymentFails(t *testing.T) {
	exporter := record(t)
	fails := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	w := get(t.Context(), service(t, shipped, fails), "/orders/42")
	require.Equal(t, http.StatusBadGateway, w.Code)
	require.Equal(t, 3, len(exporter.GetSpans()))
}
`, "@4"},
	},
	"05/catches-lost-parents": {
		{"telemetry_test.go", "", "@1"},
		{"handler_test.go", `	assert.Equal(t, codes.Unset, load.Status().Code, "status of load order, when all is well")
`, `	assert.Equal(t, codes.Unset, load.Status().Code, "status of load order, when all is well")
@2`},
		{"store_test.go", `	status, err := store.Status(t.Context(), 42)
	require.NoError(t, err)
	require.Equal(t, "shipped", status)
`, "@3"},
	},
	"05/catches-silent-failures": {
		{"telemetry_test.go", "", "@1"},
		{"handler_test.go", "", "@2"},
		{"store_test.go", "", "@3@4"},
	},
	"05/catches-open-spans": {
		{"handler_test.go", `	assert.True(t, tr.below(tr.client(t), request), "the payment call is below the request:\n%s", tr)
`, `	assert.True(t, tr.below(tr.client(t), request), "the payment call is below the request:\n%s", tr)
@1`},
		{"handler_test.go", "", "@2"},
	},
	"05/catches-broken-thread": {{"handler_test.go", "", "@1"}},
	"05/catches-uncounted": {
		{"telemetry_test.go", "", "@1"},
		{"store_test.go", "", "@2@3"},
	},
	"05/catches-false-alarms": {{"handler_test.go", "", "@1"}},
	"05/catches-cardinality": {
		{"handler_test.go", "", "@1"},
		{"store_test.go", "", "@2"},
	},
	"05/catches-leaks": {{"store_test.go", "", "@1"}},
}
