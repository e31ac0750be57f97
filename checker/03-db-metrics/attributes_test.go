package dbmetrics_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// old are the names that attributes had before the conventions for databases
// became stable.
var old = map[string]attribute.Key{
	"db.system.name": "db.system", "db.operation.name": "db.operation", "db.collection.name": "db.sql.table", "db.query.text": "db.statement",
}

// The span should say which system was asked and what: db.system.name, db.operation.name, db.collection.name, and db.query.text without the values.
func TestQueryAttributes(t *testing.T) {
	texts := make(map[string]bool)
	all := played(t)
	for e := range each(all) {
		for _, c := range e.calls {
			if c.tracing == unsampled {
				continue
			}
			sent := c.sent()
			if sent == "" && (len(c.besides) > 0 || c.want == follows) {
				continue // it did not get as far as the query
			}
			text := "SELECT status FROM orders WHERE id = $1"
			if sent != "" && !strings.Contains(sent, fmt.Sprint(c.order)) {
				text = sent
			}
			want := [][]string{{"db.system.name", "postgresql"}, {"db.operation.name", "SELECT"}, {"db.collection.name", "orders"},
				{"db.query.text", text}, {"the database is sent", text}}
			f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
				Want: e.scene() + recorder.Table(want...),
				Got:  e.scene() + recorder.Tree(c.spans),
			})
			if len(c.queries()) == 0 && e != all[0] {
				continue
			} else if len(c.queries()) == 0 {
				e.fail(t, f, "query-span")
			}
			right, slip, former := true, "", []string(nil)
			var got [][]string
			for _, row := range want[:4] {
				value, ok := recorder.Attr(c.query().Attributes, attribute.Key(row[0]))
				right = right && ok && fits(row[0], value, sent)
				if !ok {
					value = "not there"
					if near := recorder.NearAttr(attribute.Key(row[0]), c.query().Attributes); near != "" {
						slip = recorder.Slip(near, row[0])
					}
					if _, ok := c.attr(old[row[0]]); ok {
						former = append(former, string(old[row[0]]))
					}
				}
				got = append(got, []string{row[0], value})
			}
			text, _ = recorder.Attr(c.query().Attributes, "db.query.text")
			texts[database.Plain(text)] = true
			f.Got = e.scene() + recorder.Table(append(got, []string{"the database is sent", orElse(sent, "nothing")})...)
			number := regexp.MustCompile(`\b` + fmt.Sprint(c.order) + `\b`)
			switch {
			case number.MatchString(sent):
				f.Cause = "The order's number is written into the SQL. Whoever can choose that text can choose the query; the database\nhas to plan each one anew; and there are as many query texts as orders. The number is a parameter, $1."
			case number.MatchString(text):
				f.Cause = "The text of a query is the same for every order: the values are parameters, and stay out of it. They may be\nprivate, too."
			case len(texts) > 1:
				f.Cause = "The text of a query is the same whatever becomes of it, so that it can be grouped by: here it differs."
			case !right && former != nil:
				f.Cause = fmt.Sprintf("The span has %s: so they were called before the conventions for databases became stable.\nPackage semconv/v1.43.0 has the names of today; a backend that knows those can show a database for what it is.", strings.Join(former, ", "))
			case !right && slip != "":
				f.Cause = slip
			case !right && text != "" && !fits("db.query.text", text, sent):
				f.Cause = "The text on the span is not the one that is sent: whoever runs it by hand, to see why it is slow, runs another query.\nThe query and the attribute take it from one constant."
			case !right:
				f.Cause = "Package semconv has these names: a backend that knows them can show a database for what it is."
			default:
				continue
			}
			if len(c.queries()) > 1+c.more() {
				recorder.Needs(t, "query-span") // one of them is too many
			}
			e.fail(t, f)
		}
	}
}

// fits reports whether a span's attribute says what it should. The text is the
// one that was sent, however it is laid out, with or without its comments; a
// question mark may stand in a parameter's place.
func fits(key, value, sent string) bool {
	switch key {
	case "db.system.name":
		return value == "postgresql"
	case "db.operation.name":
		return strings.EqualFold(value, "SELECT")
	case "db.collection.name":
		return strings.Trim(value[strings.LastIndex(value, ".")+1:], `"`) == "orders"
	}
	return value != "" && (sent == "" || same(value, sent))
}

var placeholder = regexp.MustCompile(`\$\d+|\?`)

func same(a, b string) bool {
	plain := func(s string) string {
		return strings.ToLower(placeholder.ReplaceAllString(database.Plain(s), "?"))
	}
	return plain(a) == plain(b)
}

// sent is the text of the query for the order, as the database got it, without
// comments.
func (c *seen) sent() string {
	for _, q := range c.asked {
		if !q.Exec && q.Order == c.order {
			return database.Plain(q.Text)
		}
	}
	return ""
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
