# Two commands for everybody: `make run` and `make test`. The rest is for those who operate or build it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKS := requirements.lock requirements-tools.lock
# DuckDB plans a statement of many parts for longer than it runs it, and allocates all the time: a seventh less of it.
export GLIBC_TUNABLES ?= glibc.malloc.tcache_count=30000
READY := $(VENV)/ready-$(shell cat $(LOCKS) | sha256sum | cut -c1-16)

.PHONY: run serve demo-login city test suite check bench viewers fuzz samples screenshots lock release release-test contract browser nginx postgresql

run: $(READY)
	$(BIN)/python -m compliance.commands.server

# For others too, through a login: docs/operating.md.
serve: $(READY)
	$(BIN)/python -m compliance.commands.server --login

# The service with a login on the sample data, and a provider with a fictitious person for each role.
demo-login: $(READY)
	$(BIN)/python -W ignore -m tools.demo_login

# PostgreSQL, two servers, nginx and an importer, with several fictitious administrations.
city: $(READY) nginx postgresql
	$(BIN)/python -W ignore -m tools.city

# In parallel: Chromium is fetched while packages are installed, and types are checked while the tests begin.
test:
	$(MAKE) --no-print-directory --jobs=3 check suite

# One worker more than there are cores, since tests often wait for child processes. Bytecode is written even where the
# environment forbids it; otherwise each of those processes would compile everything again.
suite: $(READY) browser nginx postgresql
	PYTHONDONTWRITEBYTECODE= PYTEST_XDIST_AUTO_NUM_WORKERS=$$(($$(nproc) + 1)) $(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m tools.bench

viewers: $(READY) browser
	$(BIN)/python -m tools.viewers

# The tests that try more, or all of it, in `make fuzz`.
FUZZED := counting/test_agreement counting/test_outlook counting/test_incidents counting/test_training counting/test_explaining \
  counting/test_systems store/test_killed store/test_disk cleaning/test_cleaning screens/test_accessible \
  screens/test_browser screens/test_ui_review screens/test_pages screens/test_quality screens/test_meeting \
  screens/test_importing screens/test_plan screens/test_ui_fields serving/test_uploading serving/test_several_machines reading/test_reading \
  reading/test_doctor reading/test_portions report/test_long_texts \
  report/test_slides report/test_reporting core/test_masking package/test_year_package correcting/test_templates \
  correcting/test_renaming correcting/test_questionnaires demo/test_samples review/test_verifying review/test_judging \
  review/test_compared access/test_small_numbers screens/test_limit screens/test_roles house/test_adding \
  keeping/test_purging keeping/test_backup store/test_stores \
  report/test_handout screens/test_addresses loading/test_comparing screens/test_ui_worklists report/test_word \
  worklists/test_lists correcting/test_returning

fuzz: $(READY) postgresql
	$(BIN)/python -m tools.hostile
	SEEDS=20 KILLS=30 STEPS=all REPORTS="docx pdf pptx" LOOKS=9 ROOMS=40 $(BIN)/python -m pytest $(FUZZED:%=tests/%.py)
	LETTERS=1000000 $(BIN)/python -m pytest tests/core/test_lengths.py
	$(BIN)/python -m tools.faults --times 3

samples: $(READY)
	$(BIN)/python -m data.samples.make

screenshots: $(READY) browser
	$(BIN)/python -m tools.screenshots

# The login against the certified OpenID provider of npm; it needs Node.js, so it is no part of `make test`.
contract: $(READY)
	cd tools/contract && npm ci --no-audit --no-fund
	$(BIN)/python -m tools.contract.run

# After a change of requirements.txt: the versions and hashes of everything that is installed.
lock: $(BIN)/uv
	$(BIN)/python -m release.lock

# The archive that installs without the internet, and its test: some minutes and 500 MB of downloads each.
release: $(READY)
	$(BIN)/python -m release.archive

release-test: $(READY)
	$(BIN)/python -m tools.installing

# uv takes a fifth of pip's time. pip is the fallback where only it reaches the packages, as through a mirror in pip.conf.
$(READY): $(LOCKS) | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes $(LOCKS:%=-r %) || \
	  $(PIP) install --quiet --require-hashes $(LOCKS:%=-r %)
	touch $@

$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/# via/p' requirements-tools.lock >$(VENV)/uv.lock
	$(PIP) install --quiet --require-hashes -r $(VENV)/uv.lock

# The browser tests drive Debian's own Chromium. The headless build takes a fifth less time.
BROWSER := chromium-headless-shell
INSTALL := apt-get update -qq && apt-get install -y -qq $(BROWSER) >/dev/null
browser:
	@command -v $(BROWSER) >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && $(INSTALL); } || { command -v sudo >/dev/null && sudo -n sh -c '$(INSTALL)'; } || \
	  command -v chromium >/dev/null || \
	  { echo "The browser tests need Chromium. Install it with: sudo apt-get install $(BROWSER)" >&2; exit 1; }

# The tests of what stands before the service run Debian's nginx. It is unpacked here, since installing it starts it.
NGINX := build/nginx/usr/sbin/nginx
nginx: browser
	@test -x /usr/sbin/nginx || test -x $(NGINX) || \
	  { mkdir -p build && cd build && apt-get -o APT::Sandbox::User=root download -qq nginx && dpkg -x nginx_*.deb nginx && rm nginx_*.deb; } || \
	  { echo "The tests of the proxy need nginx. Install it with: sudo apt-get install nginx" >&2; exit 1; }

# The tests on PostgreSQL start one of their own, so installing it makes none.
CLUSTERS := /etc/postgresql-common/createcluster.conf
INSTALL_POSTGRESQL := { test -e $(CLUSTERS) || { mkdir -p $(dir $(CLUSTERS)) && echo "create_main_cluster = false" >$(CLUSTERS); }; } && \
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
postgresql: nginx
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && $(INSTALL_POSTGRESQL); } || { command -v sudo >/dev/null && sudo -n sh -c '$(INSTALL_POSTGRESQL)'; } || \
	  { echo "The tests on PostgreSQL need its server. Install it with: sudo apt-get install postgresql" >&2; exit 1; }
