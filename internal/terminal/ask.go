package terminal

import (
	"context"
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"
)

// Ask asks for a line of text, in a terminal, and returns it when it was
// entered: Ctrl-C and Esc are an answer, too, which is not ok. Only the error is
// about the terminal.
func Ask(ctx context.Context, question string, in io.Reader, out io.Writer) (text string, ok bool, err error) {
	p := tea.NewProgram(asking{question: question},
		tea.WithInput(in), tea.WithOutput(out), tea.WithContext(ctx), tea.WithoutSignalHandler())
	end, err := p.Run()
	if ctx.Err() != nil {
		return "", false, ctx.Err()
	}
	if err != nil {
		return "", false, errors.Join(errors.New("ask: the terminal does not answer"), err)
	}
	a := end.(asking)
	return string(a.text), a.entered, nil
}

// longestAnswer is how many characters are taken.
const longestAnswer = 200

// An asking is a question and what is typed after it.
type asking struct {
	question      string
	text          []rune
	done, entered bool
}

func (a asking) Init() tea.Cmd { return nil }

func (a asking) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch e := msg.(type) {
	case tea.PasteMsg:
		a.add(e.Content)
	case tea.KeyPressMsg:
		switch e.String() {
		case "enter":
			a.done, a.entered = true, true
		case "ctrl+c", "ctrl+d", "esc":
			a.done = true
		case "backspace":
			a.text = a.text[:max(0, len(a.text)-1)]
		case "ctrl+u":
			a.text = nil
		default:
			a.add(e.Text)
		}
	}
	if a.done {
		return a, tea.Quit
	}
	return a, nil
}

// add takes what can be shown on the line.
func (a *asking) add(text string) {
	for _, r := range text {
		if r >= ' ' && r != 0x7f && len(a.text) < longestAnswer {
			a.text = append(a.text, r)
		}
	}
}

func (a asking) View() tea.View {
	cursor := "▌"
	if a.done {
		cursor = "\n"
	}
	return tea.NewView(a.question + string(a.text) + cursor)
}
