// Package lesson reads the workshop's syllabus from where its readers read it:
// the README.md of each step. Checks, rules and hints stand there and nowhere
// else; the commands, the page and the grader all take them from here.
package lesson

// A Step is one step of the workshop.
type Step struct {
	Number int     // 1
	Name   string  // "01-minimal": its folder below steps/, solutions/, broken/ and checker/
	Title  string  // the lesson's first heading, without its number
	Checks []Check // in the order of the lesson, which is the order of learning
}

// A Check is one thing that a step's code has to do, as its lesson states it.
type Check struct {
	Step    string   // "01-minimal"
	ID      string   // "service-name", unique within the step
	Number  string   // "1.2", its place in the lesson
	Title   string   // "Name the service"
	Further bool     // beyond the core: graded and listed, never required
	Rule    string   // one sentence: what the code should do
	Text    string   // the explanation after the rule, in Markdown, without the hints
	Hints   []string // three, in Markdown, from a nudge to the lines to write
}
