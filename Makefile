# What a person types. Everything a command needs it installs itself, or names what is missing.

SHELL := /bin/bash
.DEFAULT_GOAL := help
# One address for all: cargo's own target folder, unless told otherwise.
export CARGO_TARGET_DIR ?= $(CURDIR)/target

# Waiting leaves some of a processor idle: one test more than there are processors. It is not too many for the deadlines.
export RUST_TEST_THREADS ?= $(shell echo $$(($$(nproc) + 1)))

# What the web client is made of: folders too, because they tell of files that have gone. Not what its tools write.
WEB_SOURCES = $(shell find web -mindepth 1 \( -name node_modules -o -name dist -o -name schema.d.ts -o -name '.*' \) -prune -o -print)

.PHONY: help up test check bench crash security prepare web build build-all sqlx openapi

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

up: prepare build ## Gateway and one Core on this machine, under var/ (Ctrl-C ends both)
	@scripts/up

test: prepare build-all ## All tests
	@scripts/prepare sshd=openssh-server asciinema=asciinema chromium=chromium
	cd web && npm test
	cargo test --workspace --locked

check: prepare web ## Formatting, lints, documentation, dependencies
	cd web && npm run lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' cargo doc --workspace --no-deps --document-private-items --locked
	@scripts/cargo-deny check bans licenses sources

bench: prepare web ## Benchmarks, one JSON object a line
	cargo build --workspace --release --locked
	@scripts/bench

crash: prepare build-all ## The long run of faults: N=… of them (default 50); says how many processes it killed
	@scripts/prepare faketime=faketime
	CONDRIX_TEST_ROUNDS=$(or $(N),50) cargo test --workspace --locked --test e2e -- faults:: --nocapture

security: prepare build-all ## The long run of hostile input: N=… times the short one (default 20)
	@scripts/prepare chromium=chromium
	CONDRIX_TEST_ROUNDS=$(or $(N),20) cargo test --workspace --locked --test e2e -- hostile:: --nocapture

prepare:
	@scripts/prepare

web: web/dist/index.html ## The web client, which the gateway has in it

web/node_modules/.package-lock.json: web/package-lock.json | prepare
	cd web && npm ci --no-progress --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json gateway/openapi.json $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

build: web
	cargo build --workspace --locked

# Programs and tests at once: what both need is then built alike, and once.
build-all: web
	cargo build --workspace --all-targets --locked

sqlx: web ## Checks every query against the migrations and renews the committed .sqlx folders
	@scripts/sqlx

# A client that already uses what this is to describe cannot be built before: any will do for it.
openapi: $(if $(wildcard web/dist/index.html),,web) ## Renews the committed OpenAPI documents
	CONDRIX_UPDATE_OPENAPI=1 cargo test --package condrix-core-agent --lib openapi
	CONDRIX_UPDATE_OPENAPI=1 cargo test --package condrix-gateway --lib openapi
