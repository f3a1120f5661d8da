# LightMail: `make run` tries it, `make test` tests it. The work is done by scripts/; see the top of each.

.PHONY: run up down status build test bench growth micro fuzz lint setup install deb dist check-packages

## run: install what is missing, build, start everything, deliver a welcome message; Ctrl-C stops it
run: build
	@scripts/stack run

## up: the same in the background; .run/stack.env says how to reach it
up: build
	@scripts/stack up

## down: stop what up started; the data stays
down:
	@scripts/stack down

status:
	@scripts/stack status

build:
	@scripts/setup run
	swift build -c release --static-swift-stdlib

## install: into DESTDIR, below PREFIX, what `make build` built; BUILD=debug takes the debug build
BUILD ?= release
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
install:
	@PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR) DESTDIR=$(DESTDIR) BINARIES=$(CURDIR)/.build/$(BUILD) scripts/install

## deb: a Debian package, into .build/packages; dist: a tarball for machines without Swift, beside it
deb: build
	@scripts/package-deb

dist: build
	@scripts/package-tarball

## check-packages: both, installed into a fresh Debian system of their own, used, upgraded, removed and purged (needs root)
check-packages: build
	@scripts/setup test
	@scripts/check-packages

## test: every test: unit, protocol transcripts, integration against real servers and clients
test:
	@scripts/setup test
	@scripts/test

## bench: the release build beside Dovecot on this machine, into docs/PERFORMANCE.md; make bench ROW=lmtp runs one row
bench: build
	@scripts/setup bench
	@scripts/bench $(ROW)

## growth: what operations cost in mailboxes of up to a million messages, into docs/GROWTH.md and docs/growth.svg
growth: build
	@scripts/setup bench
	@.venv/bin/python scripts/growth

## micro: the instructions and allocations of the pure rooms, against Benchmarks/micro/counts.json
micro:
	@scripts/setup test
	@scripts/micro

## fuzz: every parser with libFuzzer, FUZZ_SECONDS each
FUZZ_SECONDS ?= 60
fuzz:
	@scripts/setup test
	@scripts/fuzz $(FUZZ_SECONDS)

lint:
	@scripts/setup test
	@scripts/lint

setup:
	@scripts/setup test
