package terminal

import "fmt"

// A Page is the same workshop in a browser: the zero Page when there is none.
type Page struct {
	URL  string
	Open func() error // opens it in a browser of this machine
	Why  string       // why there is none, or it is not where it is expected, or ""
}

// welcome says where the page is.
func (p Page) welcome() string {
	if p.URL == "" {
		return sentence(p.Why)
	}
	text := "The same in a browser, with waterfalls and plots: " + p.URL
	if p.Why != "" {
		text += " (" + p.Why + ")"
	}
	return text
}

func (m *model) openPage() {
	switch {
	case m.page.URL == "":
		m.flash = "there is no page"
	case m.page.Open == nil:
		m.flash = m.page.URL
	default:
		if err := m.page.Open(); err != nil {
			m.say(m.look.prose(fmt.Sprintf("No browser could be opened (%v). Open %s yourself.", err, m.page.URL), 0))
			return
		}
		m.flash = m.page.URL
	}
}
