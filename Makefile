.PHONY: help demo test bench attacks lint
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CASES ?= 100000
# Else glibc keeps a heap for each thread of the server: 7 MB more in each worker.
export MALLOC_ARENA_MAX := 1
# The invented province lives in June 2022; its cookies travel over plain HTTP on this machine only.
DEMO := CASEMGR_TODAY=2022-06-15 CASEMGR_INSECURE_COOKIES=1

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/run.stamp: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/dev.stamp: requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@ $(VENV)/run.stamp

test: $(VENV)/dev.stamp ## every check and test: SQLite always, PostgreSQL when TEST_POSTGRES_URL is set
	@tests/install-browser.sh
	@tests/install-office.sh
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

demo: $(VENV)/run.stamp ## build the invented province in instance/ if absent, serve it on 127.0.0.1:$(PORT)
	@$(DEMO) $(BIN)/flask --app wsgi demo --if-absent
	@echo "http://127.0.0.1:$(PORT)"
	@$(DEMO) $(BIN)/gunicorn --bind 127.0.0.1:$(PORT) wsgi:app

bench: $(VENV)/dev.stamp ## measure speed and memory on SQLite and, with TEST_POSTGRES_URL, PostgreSQL; writes bench.json
	$(BIN)/python -m casemgr.demo.bench --cases $(CASES)
	$(BIN)/python -m casemgr.demo.bench_matching --out bench.json
	$(BIN)/python -m casemgr.demo.bench_registers --out bench.json

attacks: $(VENV)/dev.stamp ## attack a small province at every position, on each database; prints undetected / tried
	$(BIN)/python -m casemgr.demo.bench_attacks

lint: $(VENV)/dev.stamp ## style and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
