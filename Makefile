# The habits of a working day. `make run` and `make test` need Python 3.11+ and make, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATE ?= .iwlz
PORT_BASE ?= 8000
CLIENTS ?= 200
NAME ?= all
PYTEST_ARGS ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test check bench proof clean lock generate assets

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: $(VENV)/.run assets ## start the whole network: database, registers, gateway, GraphiQL
	@$(BIN)/network up --state $(STATE) --port-base $(PORT_BASE) --clients $(CLIENTS)

test: $(VENV)/.test assets ## run every test (real PostgreSQL, real processes), small counts
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.test ## lint, format, types, import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/pyright

bench: $(VENV)/.test ## measure: ratios and medians of one run (PART=gateway,registers,…)
	@$(BIN)/python -m tests.performance.bench $(PART)

proof: $(VENV)/.test ## the same tests with full counts; report to docs/proof/ (NAME=...)
	@$(BIN)/python -m tests.proof $(NAME)

generate: $(VENV)/.run ## rewrite what is generated: register SDL, row policies, schema.graphql, pages of codes
	@tools/generate.sh $(BIN)

assets: $(VENV)/.run
	@$(BIN)/python -m gateway.transport.fetch_assets --quiet

clean: ## remove the virtual environment, the state of `make run` and caches
	@if [ -x $(BIN)/network ]; then $(BIN)/network down --state $(STATE) --quiet || true; fi
	rm -rf $(VENV) $(STATE) .pytest_cache .ruff_cache .hypothesis build dist gateway/transport/assets/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(VENV)/.run ## resolve the dependencies anew and pin them with hashes
	@tools/lock.sh $(BIN)

# Two environments in one: what the network needs, and on top of it what the tests need. A stamp older than its lock file
# is made anew; nothing is fetched otherwise, so both commands work offline after the first time.
$(VENV)/.run: requirements.lock pyproject.toml
	@tools/venv.sh $(PYTHON) $(VENV) requirements.lock
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	@tools/venv.sh $(PYTHON) $(VENV) requirements-test.lock
	@touch $@
