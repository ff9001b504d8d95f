"""Research projects: a PG proposes one, the supervisor reviews it. Status as in every reviewed record."""
