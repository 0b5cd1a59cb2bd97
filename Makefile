# Everything that a person does with the project: make help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
PORT ?= 8000
SANDBOX_PORT ?= 9000
export PORT SANDBOX_PORT VENV
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo run test lint chaos bench lock screenshots idle clean venv venv-dev

help: ## Show what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv:
	@$(PYTHON) -m tools.bootstrap requirements.txt

venv-dev:
	@$(PYTHON) -m tools.bootstrap requirements-dev.txt

demo: venv ## Set up and start everything with demo data: PORT=8000 SANDBOX_PORT=9000
	@exec $(BIN)/python -m tools.demo

run: venv ## Start web, worker and beat on your own database, without sandbox and demo data
	@exec $(BIN)/python -m tools.demo --bare

test: venv-dev ## The whole suite on both databases, in a real browser; SEED=n repeats an order
	@exec $(BIN)/python -m tools.suite $(STEPS)

lint: venv-dev ## Style, types and Django's own checks
	@exec $(BIN)/python -m tools.lint

chaos: venv-dev ## Replies under kill -9: SEED=1 REPLIES=300 WORKERS=4 CHAOS="--redis --database"
	@exec $(BIN)/python -m tools.services -- $(BIN)/python -m tests.chaos $(CHAOS)

bench: venv-dev ## Ours beside the ceiling and the naive way: POSTS=1000000
	@exec $(BIN)/python -m tools.services --durable -- $(BIN)/python -m tests.bench $(BENCH)

idle: venv-dev ## What the running demo costs while nobody uses it
	@exec $(BIN)/python -m tools.idle

screenshots: venv-dev ## Take the pictures of the guide anew; ONLY="inbox reports" takes some of them
	@exec $(BIN)/python -m tools.screenshots

lock: ## Resolve requirements*.in anew into requirements*.txt, with hashes
	@$(PYTHON) -m tools.lock

clean: ## Remove what was generated: the demo's data, logs, caches; keeps .venv
	rm -rf var staticfiles .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
