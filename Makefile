# Two commands for everybody: `make run` and `make test`. The rest is for those who build it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
READY := $(VENV)/ready-$(shell sha256sum requirements.txt | cut -c1-16)

.PHONY: run test suite check bench viewers fuzz samples screenshots browser

run: $(READY)
	$(BIN)/python -m compliance.commands.server

# All at a time: Chromium is fetched while packages are installed, and types are checked while the tests begin.
test:
	$(MAKE) --no-print-directory --jobs=3 check suite

# One worker more than there are cores: a test often waits for a process of its own. What is compiled is kept, also where
# the environment says otherwise: each process that a test starts would compile it again.
suite: $(READY) browser
	PYTHONDONTWRITEBYTECODE= PYTEST_XDIST_AUTO_NUM_WORKERS=$$(($$(nproc) + 1)) $(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m tests.bench

viewers: $(READY) browser
	$(BIN)/python -m tests.viewers

fuzz: $(READY)
	$(BIN)/python -m tests.hostile
	SEEDS=20 KILLS=30 STEPS=all REPORTS="docx pdf pptx" LOOKS=9 ROOMS=40 $(BIN)/python -m pytest \
	  tests/test_agreement.py tests/test_killed.py tests/test_disk.py tests/test_cleaning.py tests/test_accessible.py \
	  tests/test_browser.py tests/test_incidents.py tests/test_training.py tests/test_uploading.py tests/test_reading.py \
	  tests/test_long_texts.py tests/test_masking.py tests/test_year_package.py tests/test_ui_review.py \
	  tests/test_explaining.py tests/test_pages.py tests/test_quality.py tests/test_meeting.py tests/test_systems.py \
	  tests/test_importing.py tests/test_slides.py tests/test_reporting.py tests/test_templates.py tests/test_samples.py \
	  tests/test_verifying.py tests/test_renaming.py tests/test_questionnaires.py tests/test_doctor.py
	LETTERS=1000000 $(BIN)/python -m pytest tests/test_lengths.py

samples: $(READY)
	$(BIN)/python -m data.samples.make

screenshots: $(READY) browser
	$(BIN)/python -m tests.screenshots

# uv takes a fifth of pip's time. Where only pip knows the way to the packages, as through a mirror in pip.conf, pip does it.
$(READY): requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet $$(grep -o '^uv==[0-9.]*' requirements.txt)
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt || $(PIP) install --quiet -r requirements.txt
	touch $@

# The browser tests drive Debian's own Chromium, without the windows that nobody looks at: that takes a fifth less.
BROWSER := chromium-headless-shell
INSTALL := apt-get update -qq && apt-get install -y -qq $(BROWSER) >/dev/null
browser:
	@command -v $(BROWSER) >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && $(INSTALL); } || { command -v sudo >/dev/null && sudo -n sh -c '$(INSTALL)'; } || \
	  command -v chromium >/dev/null || \
	  { echo "The browser tests need Chromium. Install it with: sudo apt-get install $(BROWSER)" >&2; exit 1; }
