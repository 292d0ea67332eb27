# Two commands for everybody: `make run` and `make test`. The rest is for those who operate or build it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKS := requirements.lock requirements-tools.lock
TIMED := $(BIN)/python -m tools.timed
READY := $(VENV)/ready-$(shell cat $(LOCKS) | sha256sum | cut -c1-16)

.PHONY: run serve demo-login city check test test-all suite lint bench viewers samples screenshots lock release release-test contract browser nginx postgresql sftp mailprogram promtool containers image

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

# Three layers, by a mark on each test (tests/layers.py). The last line says how it ended and what all of it took.
check: LAYER := not live and not exhaustive
test: LAYER := not exhaustive
test test-all: MORE := 1
test test-all: browser nginx postgresql
test-all: sftp mailprogram promtool containers
check test test-all: $(READY)
	@$(TIMED) "make $@" $(MAKE) --no-print-directory --jobs=2 lint suite LAYER="$(LAYER)" MORE="$(MORE)"

# One worker more than there are cores where tests often wait for other processes. Bytecode is written even where the
# environment forbids it; otherwise each of those processes would compile everything again.
suite: $(READY)
	PYTHONDONTWRITEBYTECODE= PYTEST_XDIST_AUTO_NUM_WORKERS=$$(($$(nproc) + 0$(MORE))) $(BIN)/python -m pytest -m "$(LAYER)" $(DURATIONS)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m tools.measuring

viewers: $(READY) browser
	$(BIN)/python -m tools.measuring viewers

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

# The image of a container, from Debian's packages and the wheels, without a registry: docs/operating.md.
image: $(READY)
	$(BIN)/python -m release.image

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

# The tests of the intake start a server of SFTP, those of drafts open them, those of /metrics ask Prometheus' own program,
# which Debian 12 has in the package of the server. All are unpacked here with what they need: installing would start some.
UNPACKED = mkdir -p build/$@/debs/partial && { [ "$$(id -u)" != 0 ] || apt-get update -qq; } && \
  apt-get install -y -qq --no-install-recommends --download-only $1 \
  -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Dir::Cache::Archives="$$PWD/build/$@/debs" >/dev/null && \
  for each in build/$@/debs/*.deb; do dpkg -x "$$each" build/$@ || exit 1; done && rm -r build/$@/debs
sftp: postgresql
	@test -x /usr/sbin/sshd || test -x build/$@/usr/sbin/sshd || { $(call UNPACKED,openssh-server); } || \
	  { echo "The tests of the intake need a server of SFTP. Install it with: sudo apt-get install openssh-server" >&2; exit 1; }
mailprogram: sftp
	@command -v mshow >/dev/null || test -x build/$@/usr/bin/mshow || { $(call UNPACKED,mblaze); } || \
	  { echo "The tests of drafts need a mail program. Install it with: sudo apt-get install mblaze" >&2; exit 1; }
promtool: mailprogram
	@command -v promtool >/dev/null || test -x build/$@/usr/bin/promtool || { $(call UNPACKED,promtool); } || \
	  { $(call UNPACKED,prometheus); } || \
	  { echo "The tests of /metrics need promtool. Install it with: sudo apt-get install promtool" >&2; exit 1; }

# What makes images and starts containers. Where that cannot be had its tests are skipped, and say so.
CONTAINERS := podman podman-compose buildah crun netavark catatonit mmdebstrap uidmap
INSTALL_CONTAINERS := apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(CONTAINERS) >/dev/null
containers: promtool
	@{ command -v podman-compose && command -v buildah && command -v crun && command -v mmdebstrap; } >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && $(INSTALL_CONTAINERS); } || { command -v sudo >/dev/null && sudo -n sh -c '$(INSTALL_CONTAINERS)'; } || \
	  echo "An image is made and started with: sudo apt-get install $(CONTAINERS)" >&2
