package doctor

import (
	"context"

	"otel.workshop/internal/database"
)

// database tries what steps 2 and 3 will read their orders from.
func (o Options) database(ctx context.Context) []Finding {
	url := o.getenv("DATABASE_URL")
	if url == "" && !o.HasDatabase() {
		return []Finding{{"database", OK, "the workshop's own, which the first start builds; DATABASE_URL would name another", ""}}
	}
	name, err := o.TryDatabase(ctx, url)
	switch {
	case err != nil && url != "":
		return []Finding{{"database", Warn, "steps 2 and 3 can't use what DATABASE_URL names", err.Error()}}
	case err != nil:
		return []Finding{{"database", Warn, "the workshop's own does not start", err.Error()}}
	case url != "":
		return []Finding{{"database", OK, name + ", as DATABASE_URL says", ""}}
	}
	return []Finding{{"database", OK, "the workshop's own; DATABASE_URL would name another", ""}}
}

// tryDatabase starts the database, or looks at the one that is named, and
// returns what to call it.
func (o Options) tryDatabase(ctx context.Context, url string) (name string, err error) {
	db, err := database.Start(ctx, database.Options{URL: url, Root: o.Root})
	if err != nil {
		return "", err
	}
	return db.String(), db.Close()
}
