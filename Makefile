# The commands of the house. `make help` explains them; CI runs `make test`.
.DEFAULT_GOAL := help
.PHONY: help demo test check demo-recipe generic-tower screenshots clean
PYTHON ?= python3
BIN := .venv/bin
DEMO_BIN := .venv-demo/bin
TORCH := torch==2.13.0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
PIP_FAILED = { echo "pip could not install the packages above: check the network or proxy, then run the same command again." >&2; exit 1; }
VENV_FAILED = { echo "$(PYTHON) cannot make a virtual environment: install python3-venv (Debian) and Python >= 3.10." >&2; exit 1; }

help:  ## show this help
	@echo "usage: make TARGET"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-15s %s\n", $$1, $$2}'

demo: .venv-demo/.ready  ## install what it needs (no torch) and run the whole line with simulators; ARGS="--fault serial-cut"
	$(DEMO_BIN)/saiken demo $(ARGS)

test: check  ## install what it needs, then ruff, mypy --strict, import-linter and pytest (what CI runs)
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest --cov=station --cov-report=term:skip-covered --cov-fail-under=85 $(ARGS)

check: .venv/.ready  ## only the static checks of `make test`
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

demo-recipe: .venv/.ready  ## make the demo recipe anew: draw parts, train, export, sign
	PATH=$(CURDIR)/$(BIN):$$PATH scripts/demo-recipe

generic-tower: .venv/.ready  ## train the generic Siamese tower anew, on pictures drawn by formula
	$(BIN)/saiken-train generic --steps 1500 --seed 0 --out training/towers/generic.safetensors

screenshots: .venv/.ready  ## make the pictures of the window in docs/
	PATH=$(CURDIR)/$(BIN):$$PATH scripts/screenshots

clean:  ## remove virtual environments, caches and build outputs
	rm -rf .venv .venv-demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-demo/.ready: pyproject.toml scripts/system-packages
	-@scripts/system-packages demo || echo "Going on without them: headless, if the window cannot start."
	@$(PYTHON) -m venv .venv-demo || $(VENV_FAILED)
	@echo "Installing Python packages into .venv-demo (no torch) ..."
	@$(DEMO_BIN)/pip install -q -e '.[gui]' || $(PIP_FAILED)
	@$(DEMO_BIN)/python -c 'import cv2' 2>/dev/null || $(DEMO_BIN)/pip install -q --no-deps --force-reinstall opencv-python-headless || $(PIP_FAILED)
	@touch $@

.venv/.ready: pyproject.toml scripts/system-packages
	@scripts/system-packages test
	@$(PYTHON) -m venv .venv || $(VENV_FAILED)
	@echo "Installing Python packages into .venv (with torch) ..."
	@$(BIN)/pip install -q '$(TORCH)' || $(PIP_FAILED)
	@$(BIN)/pip install -q -e '.[gui,train,export,test]' || $(PIP_FAILED)
	@touch $@
