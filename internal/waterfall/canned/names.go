package canned

import (
	"strings"
	"time"

	"otel.workshop/internal/waterfall"
)

// WideRunes has names in scripts whose characters take two columns, or none.
func WideRunes() []waterfall.Span {
	b := builder{trace: storyTrace}
	root := b.add("", "GET /注文/{id}", 0, 40*time.Millisecond).SpanID
	load := b.add(root, "注文を読み込む", 1*time.Millisecond, 20*time.Millisecond).SpanID
	b.add(load, "データベースに問い合わせて結果を待つ長い名前のスパン", 2*time.Millisecond, 15*time.Millisecond)
	b.add(root, "cafe\u0301 ☕ 🚀 \U0001F1E9\U0001F1EA", 22*time.Millisecond, 8*time.Millisecond)
	b.add(root, "상태 확인", 31*time.Millisecond, 5*time.Millisecond)
	in(b.add(root, "طلب", 36*time.Millisecond, 3*time.Millisecond), "支払いサービス")
	return b.spans
}

// Hostile has names and values that try to take over the terminal: escape
// sequences, line breaks, direction overrides, invalid UTF-8, stacks of
// combining marks, and sheer length.
func Hostile() []waterfall.Span {
	b := builder{trace: storyTrace}
	root := b.add("", "GET \x1b[31m/orders\x1b[0m", 0, 10*time.Millisecond)
	root.Attrs = []waterfall.Attr{
		{Key: "title\x1b]0;owned\x07", Value: "a\rb\nc\td\x00e"},
		{Key: "link", Value: "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\"},
		{Key: strings.Repeat("long.", 40), Value: strings.Repeat("no space ", 3) + strings.Repeat("x", 300)},
	}
	id := root.SpanID
	b.add(id, "line\nbreak\r\n├─ forged   9 ms", 1*time.Millisecond, 2*time.Millisecond)
	b.add(id, "\u202edesrever\u202c \u200bzero\u2028width\ufeff", 2*time.Millisecond, 2*time.Millisecond)
	b.add(id, "bad \xff\xfe utf-8 \u009b31m", 3*time.Millisecond, 2*time.Millisecond)
	b.add(id, "z"+strings.Repeat("\u0301", 500)+"algo", 4*time.Millisecond, 2*time.Millisecond)
	b.add(id, strings.Repeat("a very long name ", 600), 5*time.Millisecond, 2*time.Millisecond)
	b.add(id, "", 6*time.Millisecond, 2*time.Millisecond)
	s := b.add(id, "fails", 7*time.Millisecond, 2*time.Millisecond)
	fail(s, "first line\nsecond \x1b[2Jline "+strings.Repeat("and on ", 40))
	in(s, "svc\x1b[5m\nblink")
	return b.spans
}
