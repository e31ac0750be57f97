package command

// linkBase returns what links to files of this checkout begin with where the
// repository is shown: on the page of a GitHub Actions run or a GitLab job, at
// the commit that was graded. Elsewhere it is "", and links are relative.
//
// https://docs.github.com/actions/reference/workflows-and-actions/variables
// https://docs.gitlab.com/ci/variables/predefined_variables/
func linkBase(getenv func(string) string) string {
	if server, repository, commit := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_REPOSITORY"), getenv("GITHUB_SHA"); server != "" && repository != "" && commit != "" {
		return server + "/" + repository + "/blob/" + commit + "/"
	}
	if project, commit := getenv("CI_PROJECT_URL"), getenv("CI_COMMIT_SHA"); project != "" && commit != "" {
		return project + "/-/blob/" + commit + "/"
	}
	return ""
}
