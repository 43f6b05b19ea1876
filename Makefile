# The commands of a checkout; README says what each is for. `make demo` and `make test` do all the set-up.

NAME    := qgis_hsi_anomaly
PYTHON  := .venv/bin/python
DEMO    := build/demo

# Which torch the set-up installs: the build without CUDA, or for a GPU: make TORCH=torch==2.13.0 …
export TORCH ?= torch==2.13.0+cpu
# Another folder of plugins for `make deploy` than those of the default profiles.
PLUGINS ?=

# Tests and demo need no screen, and QGIS takes its Python's home from the first python3 on PATH.
export QT_QPA_PLATFORM ?= offscreen
QGIS_PATH := /usr/bin:$(PATH)

.PHONY: help setup setup-bench setup-docs demo test coverage lint format docs translations build package deploy bench-quality bench-speed bench-scale fuzz clean

help:
	@echo "make demo | test | coverage | lint | format | docs | translations | build | package | deploy | bench-quality | bench-speed | bench-scale | fuzz | clean"

setup:
	@.ci/setup

setup-bench:
	@.ci/setup bench

setup-docs:
	@.ci/setup docs

# A made scene through E2E-SSCADE in qgis_process; scores, picture and figures under build/demo.
demo: setup build
	@PATH="$(QGIS_PATH)" $(PYTHON) resources/demo/demo.py $(DEMO)

# All tests, on all cores, with branch coverage; PYTEST="-k NAME" runs some, one after the other and without.
test: setup build
	@PATH="$(QGIS_PATH)" $(PYTHON) -m pytest $(or $(PYTEST),--numprocesses auto --dist worksteal --cov --cov-report=)

# Of the last whole `make test`: lines and branches, by file, that no test reached.
coverage: setup
	@$(PYTHON) -m coverage report

lint: setup
	@failed=; \
	$(PYTHON) -m ruff check . || failed=yes; \
	$(PYTHON) -m ruff format --check --quiet . || { echo "make format would change these files"; failed=yes; }; \
	$(PYTHON) -m mypy || failed=yes; \
	$(PYTHON) -m bandit --quiet --recursive $(NAME) || failed=yes; \
	test -z "$$failed"

format: setup
	@$(PYTHON) -m ruff check --fix --quiet . ; $(PYTHON) -m ruff format .

# Pages made from the code, tables made from kept figures, and the site of all in build/site. Pictures take longer, and QGIS's
# a screen: docs/make_maps.py, docs/make_screenshots.py.
docs: setup-docs
	@$(PYTHON) docs/make_algorithms.py
	@$(PYTHON) docs/make_products.py
	@$(PYTHON) docs/make_tables.py
	@NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict
	@echo "build/site/index.html"

# The toolbox's texts in other languages, brought up to date with the code.
translations: setup
	@PATH="$(QGIS_PATH)" $(PYTHON) docs/make_translations.py

# package.py does it, here and where there is no make.
build:
	@python3 package.py build

package:
	@python3 package.py

deploy:
	@python3 package.py deploy --plugins "$(PLUGINS)"

bench-quality: setup-bench
	@$(PYTHON) -m benchmarks.consensus --seeds 2 3
	@$(PYTHON) -m benchmarks.quality $(BENCH)
	@$(PYTHON) -m benchmarks.improved
	@$(PYTHON) -m benchmarks.thresholds

bench-speed: setup-bench
	@$(PYTHON) -m benchmarks.speed $(BENCH)

# Files larger than memory: seconds, and peak memory beside what was said before the run. BENCH="--limit 1024" holds it there.
bench-scale: setup-bench
	@$(PYTHON) -m benchmarks.scale $(BENCH)

# Odd inputs by the thousand: bytes of rasters and models, headers, lists, messages. FIRST=N goes on from case N.
CASES ?= 100000
FIRST ?= 0
fuzz: setup
	@$(PYTHON) -m tests.fuzz $(CASES) $(FIRST)

clean:
	rm -rf build
