package web

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// Mistakes: the gallery of broken variants, for whoever shows them to a room:
// the story, the diff, which check catches it.

type galleryView struct {
	Steps  []galleryStep
	Count  int
	Word   string // that each of them has, see [variant.With]
	Starry bool   // only those with a star
}

type galleryStep struct {
	Name, Number, Title string
	Mistakes            []mistakeLine
}

type mistakeLine struct {
	Name, Summary    string
	Current, Starred bool
}

type mistakeView struct {
	Gallery           galleryView
	Name, Step        string
	Summary           string
	Story             template.HTML
	CaughtBy, Blocked []caughtView
	Scenario          string
	Finding           string // what the checker says of it
	Diff              []diffLine
	Demo              demoView
	Tests             bool // it is in tests: there is nothing to run
}

type caughtView struct {
	ID, FullID, Title, URL string
}

// A diffLine is one of a diff; Class is "add", "del", "hunk", "file" or "".
type diffLine struct{ Class, Text string }

func (s *Server) mistakesPage(w http.ResponseWriter, r *http.Request) {
	variants, ok := s.variants(w)
	if !ok {
		return
	}
	word := r.FormValue("q")
	g := s.gallery(variant.With(variants, word), "")
	if g.Word = word; r.FormValue("star") != "" {
		g.keepStarred()
	}
	s.show(w, "mistakes-page", page{Title: "Mistakes", View: "mistakes", Body: g})
}

func (s *Server) mistakePage(w http.ResponseWriter, r *http.Request) {
	variants, ok := s.variants(w)
	if !ok {
		return
	}
	v, ok := find(w, r, variants)
	if !ok {
		return
	}
	view, err := s.mistake(variants, v, ownScale(r))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.show(w, "mistake-page", page{Title: v.Name, View: "mistakes", Body: view})
}

// variants reads all mistakes, or answers that it can't.
func (s *Server) variants(w http.ResponseWriter) ([]variant.Variant, bool) {
	variants, err := variant.Load(s.desk.Session().Root())
	if err != nil {
		http.Error(w, "the mistakes could not be read: "+err.Error(), http.StatusInternalServerError)
		return nil, false
	}
	return variants, true
}

// find returns the mistake that a request names, or answers that there is none.
func find(w http.ResponseWriter, r *http.Request, variants []variant.Variant) (variant.Variant, bool) {
	v, err := variant.Find(variants, r.PathValue("name"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return variant.Variant{}, false
	}
	return v, true
}

// gallery lists all mistakes. The starters are none: they have everything
// still to do.
func (s *Server) gallery(variants []variant.Variant, current string) galleryView {
	var g galleryView
	starred := variant.Starred(s.desk.Session().Root())
	variant.StarsFirst(variants, starred)
	for _, step := range s.desk.Session().Steps {
		gs := galleryStep{Name: step.Name, Number: step.Name[:2], Title: step.Title}
		for _, v := range variants {
			if v.Step == step.Name && v.Name != variant.Starter {
				gs.Mistakes = append(gs.Mistakes, mistakeLine{v.Name, v.Summary, v.Name == current, starred[v.Name]})
				g.Count++
			}
		}
		g.Steps = append(g.Steps, gs)
	}
	return g
}

// keepStarred drops those without a star.
func (g *galleryView) keepStarred() {
	g.Starry, g.Count = true, 0
	for i, step := range g.Steps {
		g.Steps[i].Mistakes = slices.DeleteFunc(step.Mistakes, func(m mistakeLine) bool { return !m.Starred })
		g.Count += len(g.Steps[i].Mistakes)
	}
}

func (s *Server) mistake(variants []variant.Variant, v variant.Variant, ownScale bool) (mistakeView, error) {
	finding, err := v.Finding(s.desk.Session().Root())
	return mistakeView{
		Gallery: s.gallery(variants, v.Name), Name: v.Name, Step: v.Step, Summary: v.Summary, Story: render(v.Story),
		CaughtBy: s.caught(v.Step, v.CaughtBy), Blocked: s.caught(v.Step, v.Blocked), Scenario: v.Scenario, Tests: variant.IsTests(v.Step), Finding: finding, Diff: diffLines(v.Diff()), Demo: s.demo(v, ownScale),
	}, err
}

func (s *Server) caught(step string, ids []string) []caughtView {
	var list []caughtView
	for _, st := range s.desk.Session().Steps {
		for _, c := range st.Checks {
			if c.Step == step && slices.Contains(ids, c.ID) {
				list = append(list, caughtView{c.ID, c.FullID(), c.Number + " " + c.Title, lessonURL(c)})
			}
		}
	}
	return list
}

func lessonURL(c lesson.Check) string { return "/lesson/" + c.Step + "#" + c.Anchor() }

func diffLines(diff string) []diffLine {
	var lines []diffLine
	for line := range strings.SplitSeq(strings.TrimRight(diff, "\n"), "\n") {
		class := ""
		switch {
		case strings.HasPrefix(line, "diff --git a/"):
			line, _, _ = strings.Cut(strings.TrimPrefix(line, "diff --git a/"), " ")
			class = "file"
		case strings.HasPrefix(line, "index "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
			continue // the name says it
		case strings.HasPrefix(line, "@@"):
			class = "hunk"
		case strings.HasPrefix(line, "+"):
			class = "add"
		case strings.HasPrefix(line, "-"):
			class = "del"
		}
		lines = append(lines, diffLine{class, line})
	}
	return lines
}
