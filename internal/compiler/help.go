// Package compiler says what the compiler's messages mean to somebody who
// meets OpenTelemetry's packages for the first time: there are two of most
// names, one of the API and one of the SDK.
package compiler

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// most is how many lines of help are of use at once.
const most = 3

// Help returns a line of help for each kind of message that it knows, in the
// order of the messages, three at most.
func Help(messages string) []string {
	type hit struct {
		at   int
		line string
	}
	var hits []hit
	for _, k := range kinds {
		for _, m := range k.says.FindAllStringSubmatchIndex(messages, -1) {
			groups := make([]string, len(m)/2)
			for i := range groups {
				if m[2*i] >= 0 {
					groups[i] = messages[m[2*i]:m[2*i+1]]
				}
			}
			if line := k.means(groups); line != "" {
				hits = append(hits, hit{m[0], line})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.at, b.at) })
	var lines []string
	for _, h := range hits {
		if !slices.Contains(lines, h.line) && len(lines) < most {
			lines = append(lines, h.line)
		}
	}
	return lines
}

// AboutImports reports whether messages are about packages and imports: what
// a step exports can't be told before those are right.
func AboutImports(messages string) bool { return aboutImports.MatchString(messages) }

var aboutImports = regexp.MustCompile(`found packages |is a program, not an importable package|no required module provides|import cycle|is not in std|expected 'package'`)

// A kind is one kind of message.
type kind struct {
	says  *regexp.Regexp
	means func(groups []string) string // the matched text and its groups; "" when it is another kind after all
}

func always(line string) func([]string) string { return func([]string) string { return line } }

var kinds = []kind{
	{regexp.MustCompile(`declared and not used: (\w+)`), unused},
	{regexp.MustCompile(`(?m)undefined: (\w+)$`), func(g []string) string { return missingImport(g[1]) }},
	{regexp.MustCompile(`undefined: (\w+)\.(\w+)`), func(g []string) string { return otherPackage(g[1], g[2]) }},
	{regexp.MustCompile(`cannot use [^\n]*"google\.golang\.org/grpc/codes"\.Code`), always(grpcCodes)},
	{regexp.MustCompile(`provides package go\.opentelemetry\.io/otel/semconv/(v[0-9.]+)`), func(g []string) string {
		return "There is no semconv/" + g[1] + " in the version of OpenTelemetry that go.mod has: its newest is " + Semconv + ". No go get is needed."
	}},
	{regexp.MustCompile(`no required module provides package (\S+?);`), func(g []string) string {
		if strings.Contains(g[1], "/otel/semconv/") {
			return ""
		}
		return "Nothing has to be added to go.mod in this workshop: is the import's path as the lesson writes it?"
	}},
	{regexp.MustCompile(`imported (?:as \w+ )?and not used`), always("An import that nothing uses is an error in Go: use it, or delete its line.")},
	{regexp.MustCompile(`mismatch: 1 variable but [^\n]*\.Start returns 2 values`), always("Start returns two things, the context with the new span in it, and the span: ctx, span := tracer.Start(ctx, …).")},
	{regexp.MustCompile(`mismatch: 1 variable but [^\n]*\.(?:Int64|Float64)\w+ returns 2 values`), always("An instrument's constructor returns an error, too: return it, wrapped with what was tried.")},
	{regexp.MustCompile(`cannot use [^\n]*attribute"\.KeyValue value`), always(`Attributes are made by package attribute, key and value in one: attribute.Int64("order.id", id).`)},
	{regexp.MustCompile(`span\.SetAttribute undefined|has no field or method SetAttribute\)`), always("In Go it is SetAttributes, and takes any number of them.")},
	{regexp.MustCompile(`arguments in call to \w+\.SetStatus`), always("SetStatus takes a code, of go.opentelemetry.io/otel/codes, and a text: span.SetStatus(codes.Error, \"…\").")},
	{regexp.MustCompile(`found packages (\w+) \((\S+)\) and (\w+) \((\S+)\)`), func(g []string) string {
		return "A folder is one package: " + g[2] + " says package " + g[1] + ", and " + g[4] + " says package " + g[3] + ". Keep the clause of the files that were given."
	}},
	{regexp.MustCompile(`is a program, not an importable package`), always("A step is a package that its checks import: package main belongs into the folder shop alone.")},
}

func unused(g []string) string {
	switch name := g[1]; name {
	case "span":
		return "A span has to be ended: defer span.End() right after Start uses it."
	case "ctx", "spanCtx", "newCtx":
		return "The context that Start returns has the span in it: hand it to what is called, or that is not below the span."
	}
	return "Go compiles no variable that nothing uses: use it, or put _ in its place where there has to be one."
}

const grpcCodes = "There are two packages codes, and this is gRPC's, which an editor likes to import: take go.opentelemetry.io/otel/codes."
