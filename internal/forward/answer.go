package forward

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode"

	"google.golang.org/protobuf/encoding/protowire"
)

const protobufType = "application/x-protobuf"

// judge says what an answer means, as OTLP has it: four of them ask for another
// try, and no other may be tried again.
func judge(signal string, resp *http.Response, body []byte) outcome {
	status := strings.TrimSpace(fmt.Sprintf("it answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	if said := saying(resp, body); said != "" {
		status += ": " + said
	}
	status = clip(status)
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		out := outcome{taken: true, answered: true}
		if rejected, message := partialSuccess(resp, body); rejected > 0 || message != "" {
			out.rejected = rejected
			out.why = "it says: " + message
			if message == "" {
				out.why = "it does not say why"
			}
		}
		return out
	case code == http.StatusTooManyRequests, code == http.StatusBadGateway, code == http.StatusServiceUnavailable, code == http.StatusGatewayTimeout:
		return outcome{again: true, why: status, wait: retryAfter(resp.Header.Get("Retry-After"))}
	case code >= 300 && code < 400:
		return outcome{answered: true, why: status + redirected(resp)}
	case code == http.StatusNotFound:
		return outcome{answered: true, why: status + ", so it takes no " + signal + " there"}
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return outcome{answered: true, why: status + ", so it wants another header than it was sent"}
	}
	return outcome{answered: true, why: status}
}

// redirected says where an answer points. Only the start of the address is
// shown: the rest may hold a secret.
func redirected(resp *http.Response) string {
	to, err := resp.Location()
	if err != nil {
		return ", a redirect"
	}
	there := clip(oneLine(to.Scheme + "://" + to.Host + to.Path))
	return ", which points to " + there + ": redirects are not followed, so forward there if that is meant"
}

// saying is what an answer says is wrong: in a Status message, or in plain text.
func saying(resp *http.Response, body []byte) string {
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // what can't be read is none of ours
	switch {
	case media == protobufType:
		_, message := varintAndText(body, 0, 2)
		return oneLine(message)
	case media == "text/plain" || media == "application/json":
		said := oneLine(string(body))
		if strings.EqualFold(said, fmt.Sprintf("%d page not found", resp.StatusCode)) {
			return "" // Go's own words for it
		}
		return said
	}
	return "" // a page for people says it at too great a length
}

// partialSuccess reads the answer to a request that was taken: all three have
// partial_success as field 1, and in it the number of what was rejected as 1,
// and the message as 2.
func partialSuccess(resp *http.Response, body []byte) (rejected int, message string) {
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media != protobufType {
		return 0, ""
	}
	_, partial := varintAndText(body, 0, 1)
	n, text := varintAndText([]byte(partial), 1, 2)
	return int(min(n, 1<<31)), clip(oneLine(text))
}

// varintAndText reads the last varint of field a and the last bytes of field b
// in a protobuf message. Of what is no message, it returns what came before.
func varintAndText(message []byte, a, b protowire.Number) (n uint64, text string) {
	for len(message) > 0 {
		num, typ, size := protowire.ConsumeTag(message)
		if size < 0 {
			return n, text
		}
		message = message[size:]
		size = protowire.ConsumeFieldValue(num, typ, message)
		if size < 0 {
			return n, text
		}
		switch {
		case num == a && typ == protowire.VarintType:
			n, _ = protowire.ConsumeVarint(message)
		case num == b && typ == protowire.BytesType:
			value, _ := protowire.ConsumeBytes(message)
			text = string(value)
		}
		message = message[size:]
	}
	return n, text
}

// oneLine makes what a backend says safe to stand in a sentence of ours.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return strings.Join(strings.Fields(text), " ")
}

// clip shortens what has come from outside.
func clip(text string) string {
	const most = 240
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
