# What one does with this repository. The work is in scripts/; this is only the list of it.
.DEFAULT_GOAL := help
.PHONY: help run test lint fmt web dist bench clean-demo
MAKEFLAGS += --no-print-directory

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## build everything and serve the Nantong example on http://127.0.0.1:8080
	@scripts/run.sh

test: ## everything: lint, unit, story on SQLite and PostgreSQL, HTTP, browser; ends with the totals
	@scripts/check.sh test

lint: ## rustfmt, clippy, web checks, licences of dependencies, scripts
	@scripts/check.sh lint

fmt: ## format the Rust code
	@cargo fmt --all

web: ## build web/dist only
	@scripts/web.sh

dist: ## the program to install, as small and fast as it gets: target/dist/youlin
	@scripts/dist.sh

bench: ## measure that program against the promised figures: target/bench/results.json
	@scripts/bench.sh

clean-demo: ## throw away the example's database and files, so that `make run` makes them anew
	@scripts/clean-demo.sh
