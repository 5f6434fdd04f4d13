# Everything a newcomer types. `make demo` and `make test` set up what they need by themselves.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON ?= python3.11
BIN := .venv/bin
UV := VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv

.PHONY: help demo test lint check bench accept frontend lock browser words clean

help: ## what there is to type
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

$(BIN)/.installed: requirements.lock pyproject.toml
	@echo "Setting up Python: about half a minute, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	@$(UV) pip install --quiet uv==0.13.9 --no-deps
	@$(UV) pip install --quiet --no-deps -e .
	@$(BIN)/python -m compileall -q patientapp
	@touch $@

FRONTEND := package-lock.json $(shell find frontend -type f 2>/dev/null)
patientapp/web/static/manifest.json: $(FRONTEND)
	@command -v npm >/dev/null || sh frontend/install-node.sh
	@echo "Building the front end: about a minute, once."
	@sh frontend/build.sh
	@touch $@

frontend: patientapp/web/static/manifest.json ## build styles and scripts

ready: $(BIN)/.installed patientapp/web/static/manifest.json

demo: ready ## the real app with made-up people, on http://127.0.0.1:8000 (PORT= to change)
	@$(BIN)/patientapp demo --port $(PORT)

browser: $(BIN)/.installed
	@$(BIN)/python -m tests.chromium --install

test: ready browser ## every test: unit, API, browser, SQLite and PostgreSQL
	@$(BIN)/python -m tests.run

lint: $(BIN)/.installed ## style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: ready lint test ## what CI runs

bench: ready ## speed and size, as ratios
	@$(BIN)/python -m tests.bench

accept: ready browser ## the bounded acceptance suite: kills, fuzz, races
	@$(BIN)/python -m tests.run --accept

lock: $(BIN)/.installed ## lock the dependencies again, with hashes
	@$(UV) pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate --upgrade -o requirements.lock

words: $(BIN)/.installed ## find the words of patients' pages and texts, and bring every catalogue up to date
	@$(BIN)/pybabel -q extract -F pyproject.toml --no-wrap --sort-output --no-location --omit-header \
	    -k gettext -k 'ngettext:1,2' -o translations/messages.pot .
	@for folder in translations/*/; do $(BIN)/pybabel -q update --no-fuzzy-matching --no-wrap \
	    --ignore-obsolete -i translations/messages.pot -o $$folder/LC_MESSAGES/messages.po \
	    -l $$(basename $$folder); done
	@$(BIN)/patientapp content | grep messages

clean: ## remove what was built, not what was stored in var/
	rm -rf .venv node_modules patientapp/web/static
