# The commands of a checkout; README says what each is for. `make demo` and `make test` do all the set-up.

NAME    := qgis_hsi_anomaly
PYTHON  := .venv/bin/python
BUILD   := build/$(NAME)
DEMO    := build/demo

# Which torch the set-up installs: the build without CUDA, or for a GPU: make TORCH=torch==2.13.0 …
export TORCH ?= torch==2.13.0+cpu
# Where `make deploy` installs the plugin: the default profile of QGIS 3, or name another folder.
ifeq ($(shell uname -s),Darwin)
PLUGINS ?= $(HOME)/Library/Application Support/QGIS/QGIS3/profiles/default/python/plugins
else
PLUGINS ?= $(HOME)/.local/share/QGIS/QGIS3/profiles/default/python/plugins
endif

# Tests and demo need no screen, and QGIS takes its Python's home from the first python3 on PATH.
export QT_QPA_PLATFORM ?= offscreen
QGIS_PATH := /usr/bin:$(PATH)

.PHONY: help setup setup-bench demo test coverage lint format docs build package deploy bench-quality bench-speed clean

help:
	@echo "make demo | test | coverage | lint | format | docs | build | package | deploy | bench-quality | bench-speed | clean"

setup:
	@.ci/setup

setup-bench:
	@.ci/setup bench

# A made scene through E2E-SSCADE in qgis_process; scores, picture and figures under build/demo.
demo: setup build
	@PATH="$(QGIS_PATH)" $(PYTHON) resources/demo/demo.py $(DEMO)

# PYTEST="-k NAME" runs some tests; where all are run, branch coverage is measured too.
test: setup build
	@PATH="$(QGIS_PATH)" $(PYTHON) $(if $(PYTEST),,-m coverage run) -m pytest $(PYTEST)

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

# The page made from the code, and the tables made from kept figures. Pictures of QGIS take a screen: docs/make_screenshots.py.
docs: setup
	@$(PYTHON) docs/make_algorithms.py
	@$(PYTHON) docs/make_tables.py

# The plugin folder as QGIS wants it: package, metadata.txt, resources and the guide its help opens in one place.
build:
	@rm -rf $(BUILD) && mkdir -p $(BUILD)
	@cp -R $(NAME)/. $(BUILD)
	@cp metadata.txt LICENSE README.md $(BUILD)
	@mkdir -p $(BUILD)/docs && cp -R docs/*.md docs/images $(BUILD)/docs
	@mkdir -p $(BUILD)/resources && cp -R resources/. $(BUILD)/resources && rm -rf $(BUILD)/resources/demo
	@find $(BUILD) -name __pycache__ -prune -exec rm -rf {} +

package: build
	@rm -f $(BUILD).zip
	@cd build && python3 -m zipfile -c $(NAME).zip $(NAME)
	@echo "build/$(NAME).zip: QGIS > Plugins > Manage and Install Plugins > Install from ZIP"

deploy: build
	@mkdir -p "$(PLUGINS)" && rm -rf "$(PLUGINS)/$(NAME)" && cp -R $(BUILD) "$(PLUGINS)/$(NAME)"
	@echo "Installed in $(PLUGINS)/$(NAME). Enable it under Plugins > Manage and Install Plugins."

bench-quality: setup-bench
	@$(PYTHON) -m benchmarks.quality $(BENCH)
	@$(PYTHON) -m benchmarks.consensus --seeds 2 3
	@$(PYTHON) -m benchmarks.improved

bench-speed: setup-bench
	@$(PYTHON) -m benchmarks.speed $(BENCH)

clean:
	rm -rf build
