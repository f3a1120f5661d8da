# LightMail: `make run` tries it, `make test` tests it. The work is done by scripts/; see the top of each.

.PHONY: run up down status build test bench fuzz lint setup

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
	swift build -c release

## test: every test: unit, protocol transcripts, integration against real servers and clients
test:
	@scripts/setup test
	@scripts/test

## bench: figures of the release build on this machine; make bench ROW=lmtp runs one row
bench: build
	@scripts/bench $(ROW)

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
