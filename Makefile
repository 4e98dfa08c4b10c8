# What a newcomer types.  `make help` lists it; everything else is in tools/.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-long check format bench bench-quick migration

PORT ?= 8000
HOST ?= 127.0.0.1
MODE ?= embedded
DEMO ?=
PYTHON := .venv/bin/python

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## make .venv, install what runs, compile the catalogues
	@tools/setup

run: setup ## start everything: make run [PORT=8000] [HOST=127.0.0.1] [MODE=production] [DEMO=0|1]
	@exec tools/run --port '$(PORT)' --host '$(HOST)' --mode '$(MODE)' --demo '$(DEMO)'

test: ## run all tests, the production half on services that are started for them
	@tools/setup --tests
	@$(PYTHON) tools/test

test-long: ## the written durations and sizes (hours)
	@tools/setup --tests
	@$(PYTHON) tools/test --long

check: ## format, lint, types, import contracts
	@tools/setup --tests
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: ## put the code into its form
	@tools/setup --tests
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: ## what it costs, beside its floor (up to an hour)
	@tools/setup --tests
	@$(PYTHON) -m bench

bench-quick: ## the same at small sizes (minutes)
	@tools/setup --tests
	@$(PYTHON) -m bench --quick

migration: ## write the next step from the models: make migration NAME=what_changes
	@tools/setup
	@$(PYTHON) tools/migration '$(NAME)'
