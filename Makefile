# `make` lists the targets; `make demo` and `make test` each do everything they need.
.DEFAULT_GOAL := help
.PHONY: help env env-dev weights demo test browser lint types docs eval bench chaos scale load year copies lock clean
PY := .venv/bin/python
SHELL := /bin/bash

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

env: ## make the environment in .venv (runtime only)
	@scripts/bootstrap runtime

env-dev: ## make the environment with the tools of tests, evaluation and training
	@scripts/bootstrap dev

weights: env ## fetch and verify the weights
	@$(PY) -m scripts.weights

demo: env weights ## review a recorded telephone call and show the result
	@./debrief demo

test: env-dev weights browser ## environment, weights, lint, types, import contracts, all tests
	@$(MAKE) --no-print-directory lint types
	@$(PY) -m pytest -q -n 2 --dist loadfile

browser: ## the browser that the page's tests drive (Debian's Chromium)
	@scripts/browser

lint: env-dev ## ruff, and the house's own rules
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m scripts.lint

types: env-dev ## mypy, strict
	@$(PY) -m mypy

docs: env-dev ## regenerate the generated documents
	@$(PY) -m scripts.docs

eval: env-dev weights ## quality against references: make eval FOLDER=...
	@./debrief eval $(FOLDER)

bench: env-dev weights ## speed and accuracy beside the reference stack: make bench FOLDER=...
	@./debrief bench $(FOLDER)

chaos: env-dev weights ## strike the service while calls go through it; writes docs/reliability.md
	@$(PY) -m bench.chaos --markdown docs/reliability.md

load: env-dev weights ## long uploads, many clients, two machines, many streams; writes docs/load.md
	@$(PY) -m bench.load --markdown docs/load.md

year: env-dev ## the records of a year of sixty reps; writes docs/year.md
	@$(PY) -m bench.year --markdown docs/year.md

copies: env-dev ## feeds copied by airbyte-cdk and dlt, killed at random; writes docs/copies.md
	@$(PY) -m bench.copies --markdown docs/copies.md

scale: env-dev ## time lists, filters and searches on 200,000 calls; writes docs/scale.md
	@$(PY) -m bench.scale --markdown docs/scale.md

lock: env-dev ## pin what is installed in requirements/constraints.txt
	@$(PY) -m pip freeze --all | sed 's/+cpu//' | sort -f > requirements/constraints.txt

clean: ## remove the environment and the caches inside the checkout
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache out
