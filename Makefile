# smimectl: what can be made. Needs Go and nothing else; CORPUS names a folder of third-party messages, if there is one.
GO      ?= go
CORPUS  ?= ../shared
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS  = -s -w -X main.version=$(VERSION)
FUZZTIME ?= 30s

export CGO_ENABLED = 0

.PHONY: man build demo test test-large corpus differential race fuzz vectors mutants bench bench-peers growth compare-small compare-large compare-many profiles cross cover lint lint-oracle check clean roots

# The linker fills its file through memory, page by page, and the kernel keeps it so. What was written in large pieces is
# kept in large pieces, and is mapped with a fifth less work at each start.
build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o smimectl.linked ./cmd/smimectl
	dd if=smimectl.linked of=smimectl.copied bs=16777216 2>/dev/null
	chmod 755 smimectl.copied
	mv smimectl.copied smimectl
	rm -f smimectl.linked

# Builds the program and runs the main job on a sample: a toy CA, two people, the good and the bad verdict.
demo: build
	rm -rf smimectl-demo
	./smimectl demo

# The manual pages, in man/man1:  man -l man/man1/smimectl-verify.1
man: build
	./smimectl manual man/man1

# Everything that must pass. openssl and gpgsm add interoperability tests when they are installed.
test:
	CORPUS='$(abspath $(CORPUS))' $(GO) test -timeout 30m ./...

# Messages of 2 GiB less and more an octet, and of 4 GiB and one octet: memory must stay flat, and what comes out is what went
# in. It needs five times as much room in TMPDIR.
LARGE = 2147483647,2147483649,4294967297
test-large:
	SMIMECTL_LARGE=$(LARGE) $(GO) test -timeout 60m -run 'TestConstantMemory' -v ./cmd/smimectl

# Third-party messages against the list of cases that do not pass yet.
corpus:
	CORPUS='$(abspath $(CORPUS))' $(GO) test -run 'TestCorpus' -v ./cmd/smimectl

# Changed messages through smimectl and openssl cms: what smimectl accepts alone must be on the list of the test.
# START+COUNT makes others; with SMIMECTL_DIFFERENTIAL_DIR=FOLDER the messages are kept, and a number can be tried again.
DIFFERENTIAL ?= 10000
differential:
	SMIMECTL_DIFFERENTIAL='$(DIFFERENTIAL)' $(GO) test -timeout 60m -run '^TestDifferential$$' -v ./cmd/smimectl

race:
	CGO_ENABLED=1 $(GO) test -race -short -timeout 60m ./...

# Every fuzz target for FUZZTIME. Their seeds are part of the tests.
fuzz:
	@set -e; for pkg in $$($(GO) list ./internal/... ./cmd/...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$pkg; \
	  done; done

# Every vector of the tests, those too that take long and say little that is new; make test runs a sample of these.
vectors:
	SMIMECTL_ALL_VECTORS=1 $(GO) test -count=1 -timeout 60m ./internal/algorithm ./internal/cms

# Every check that stands for security is taken away, one at a time: a test of its package has to turn red each time. About
# a quarter of an hour on two cores that are busy otherwise (then with MUTANTS='-slow 3': more time before a test counts as
# endless); one file in seconds: make mutants MUTANTS='-only internal/certpath/link.go'
mutants:
	$(GO) run ./internal/house/mutants $(MUTANTS)

bench:
	$(GO) test -run '^$$' -bench . -benchtime 1s ./internal/... ./cmd/smimectl

# A CPU profile of each operation, and what is at its top:  PROFILES=folder make profiles  keeps them.
profiles:
	GO='$(GO)' ./cmd/smimectl/testdata/profiles.sh

# What twice the input costs, from stores of certificates to hostile mails:  make growth CERTIFICATES=100000
CERTIFICATES ?= 20000
growth:
	GO='$(GO)' ./cmd/smimectl/testdata/growth.sh '$(CERTIFICATES)'

# smimectl and openssl cms in one run: small mails in a process each, one of 100 MiB (needs 0.8 GB in TMPDIR), 10,000 in one
# process. Only on a machine that does nothing else; docs/performance.md has the tables of a run. About 25 minutes.
bench-peers: compare-small compare-large compare-many

compare-small: build
	./cmd/smimectl/testdata/compare-small.sh ./smimectl

compare-large: build
	./cmd/smimectl/testdata/compare-large.sh ./smimectl

compare-many: build
	./cmd/smimectl/testdata/compare-many.sh ./smimectl

cross:
	@set -e; for target in linux darwin windows freebsd; do for arch in amd64 arm64; do \
	  suffix=; [ $$target = windows ] && suffix=.exe; \
	  echo "dist/smimectl-$$target-$$arch$$suffix"; \
	  GOOS=$$target GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o dist/smimectl-$$target-$$arch$$suffix ./cmd/smimectl; \
	done; done

# The built-in list of e-mail roots, made anew from the installed package libnss3 (Debian; needs python3), or from a
# certdata.txt:  make roots CERTDATA=certdata.txt DATE=2026-01-31 SOURCE='NSS 3.120, certdata.txt'
roots:
	GO='$(GO)' ./internal/mailroots/generate/generate.sh $(if $(CERTDATA),'$(CERTDATA)' '$(DATE)' '$(SOURCE)')

cover:
	$(GO) test -coverprofile=coverage.out ./...
	$(GO) tool cover -func=coverage.out | tail -n 1

lint:
	@test -z "$$(gofmt -l cmd internal)" || { gofmt -l cmd internal; exit 1; }
	$(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...

# The rules of cert check for public CAs against those of zlint, over the certificates of the tests. zlint is needed by this
# module of its own alone; where it cannot be had, that is said and nothing fails.
lint-oracle:
	@cd internal/verdict/testdata/zlint && if $(GO) mod download all >/dev/null 2>&1; then \
	  SMIMECTL_BASELINE_DUMP="$$PWD/dump.json" $(GO) -C ../.. test -count=1 -run '^TestBaselineDump$$' . && \
	  { SMIMECTL_BASELINE_DUMP="$$PWD/dump.json" $(GO) test -count=1 -v . ; status=$$?; rm -f dump.json; exit $$status; }; \
	else echo 'lint-oracle: skipped, the module zlint cannot be downloaded'; fi

check: lint test

clean:
	rm -rf smimectl dist man coverage.out smimectl-demo
