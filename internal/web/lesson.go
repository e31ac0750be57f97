package web

import (
	"html/template"
	"net/http"
	"path/filepath"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/regular"
)

type lessonView struct {
	Step  lesson.Step
	Steps []lesson.Step
	Text  template.HTML
}

// lessonPage shows a step's lesson as a whole.
func (s *Server) lessonPage(w http.ResponseWriter, r *http.Request) {
	steps := s.desk.Session().Steps
	for _, step := range steps {
		if step.Name != r.PathValue("step") {
			continue
		}
		text, err := regular.ReadFile(filepath.Join(s.desk.Session().Root(), filepath.FromSlash(step.File())), regular.Largest)
		if err != nil {
			http.Error(w, "the lesson could not be read: "+err.Error(), http.StatusInternalServerError)
			return
		}
		s.show(w, "lesson-page", page{Title: step.Title, View: "lesson", Body: lessonView{step, steps, render(string(text))}})
		return
	}
	http.NotFound(w, r)
}
