package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/printable"
)

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		Time    string       `xml:"time,attr"`
		Skipped *junitDetail `xml:"skipped"`
		Error   *junitDetail `xml:"error"`
		Failure *junitDetail `xml:"failure"`
		Output  *junitText   `xml:"system-out"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
	junitText struct {
		Text string `xml:",cdata"`
	}
)

// JUnit writes reports as JUnit XML, one suite for each step's core and one
// for its further checks. A failed check is a failure; one that crashed, timed
// out or does not compile an error; one that is blocked or not judged is
// skipped. The text of each is the finding. Errors are w's.
func JUnit(w io.Writer, reports ...grader.Report) error {
	suites := junitSuites{Name: "otel.workshop"}
	var total time.Duration
	for _, r := range reports {
		total += r.Duration
		for _, further := range []bool{false, true} {
			s := suite(r, further)
			if len(s.Cases) == 0 {
				continue
			}
			suites.Tests += s.Tests
			suites.Failures += s.Failures
			suites.Errors += s.Errors
			suites.Suites = append(suites.Suites, s)
		}
	}
	suites.Time = seconds(total)
	out, err := xml.MarshalIndent(suites, "", "  ")
	if err != nil {
		return fmt.Errorf("write the report as JUnit XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(out)+"\n")
	return err
}

func suite(r grader.Report, further bool) junitSuite {
	s := junitSuite{Name: r.Step.Name}
	if further {
		s.Name += " further"
	}
	var total time.Duration
	for _, res := range r.Results {
		if res.Check.Further != further {
			continue
		}
		total += res.Duration
		s.Tests++
		c := junitCase{Class: s.Name, Name: res.Check.ID, Time: seconds(res.Duration)}
		if res.Output != "" {
			c.Output = &junitText{printable.Text(res.Output)}
		}
		d := &junitDetail{Message: message(res), Text: detail(r, res)}
		switch res.Outcome {
		case grader.Pass:
		case grader.Fail:
			s.Failures++
			c.Failure = d
			d.Type = string(res.Outcome)
		case grader.Blocked, grader.NotJudged:
			s.Skipped++
			c.Skipped = d
		default:
			s.Errors++
			c.Error = d
			d.Type = string(res.Outcome)
		}
		s.Cases = append(s.Cases, c)
	}
	s.Time = seconds(total)
	return s
}

func message(res grader.Result) string {
	return string(res.Outcome) + ": " + Reason(res)
}

// detail is the finding, or the compiler's messages. What the check has
// printed stands in system-out.
func detail(r grader.Report, res grader.Result) string {
	if res.Outcome == grader.DoesNotBuild && r.Build != "" {
		return "\n" + strings.TrimRight(printable.Text(r.Build), "\n") + "\n"
	}
	res.Output = ""
	var b strings.Builder
	_ = Finding(&b, res, Options{}) // a Builder never fails
	return "\n" + b.String()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
