# Every target sets up what it needs, on a machine with Python 3.11+, make and a package index.
# uv is used when it is there, venv and pip when not.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
WORKERS ?= 2

.PHONY: demo test check bench bench-accuracy serve pictures lock clean system

$(VENV)/.ready: requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
		{ [ -x $(BIN)/python ] || uv venv -q -p $(PYTHON) $(VENV); } && \
		uv pip sync -q -p $(BIN)/python --require-hashes requirements.lock && \
		uv pip install -q -p $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		{ [ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV); } && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

demo: $(VENV)/.ready          ## build a sample estate, scan it through the Prefect flow, show planted against found
	@PREFECT_HOME=$(CURDIR)/demo/.prefect $(BIN)/recense demo demo

test: $(VENV)/.ready system   ## everything CI runs: checks, then all tests, two files at a time
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: $(VENV)/.ready         ## format, lint, types, import contracts, and the gate on our own schemas
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=src $(BIN)/lint-imports
	@$(BIN)/recense check

bench: $(VENV)/.ready         ## accuracy and speed, written to benchmarks/
	@$(BIN)/python -m benchmarks

bench-accuracy: $(VENV)/.ready ## recense and its peers on the same labelled sets, written to benchmarks/accuracy/RESULTS.md
	@$(BIN)/python -m benchmarks.accuracy

serve: $(VENV)/.ready         ## open the demo's dashboard on http://127.0.0.1:8765, with a new password each time
	@[ -f demo/recense.yaml ] && [ -f demo/recense.db ] || $(MAKE) --no-print-directory demo
	@RECENSE_NEW_PASSWORD=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(15))'); \
		export RECENSE_NEW_PASSWORD; \
		$(BIN)/recense users add demo --role dpo --config demo/recense.yaml && \
		echo "demo / $$RECENSE_NEW_PASSWORD" >&2; unset RECENSE_NEW_PASSWORD; \
		$(BIN)/recense serve --config demo/recense.yaml

pictures: $(VENV)/.ready      ## take the pictures of the dashboard's screens again, from the demo
	@[ -f demo/recense.yaml ] && [ -f demo/recense.db ] || $(MAKE) --no-print-directory demo
	@$(BIN)/python tests/pictures.py demo docs/pictures/screens

lock:                         ## write requirements.lock again from pyproject.toml: complete, so it installs without resolving
	@uv pip compile -q pyproject.toml --all-extras --group dev --python-version 3.11 --universal \
		--generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements.lock

system:                       ## PostgreSQL, MariaDB, LibreOffice … for the tests that need the real thing
	@tests/system_parts.sh

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
