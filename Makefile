# Go, make and git are all that is needed; what else there is, the go command fetches.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT := mvdan.cc/gofumpt@v0.12.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@latest
MODULES := $(dir $(shell find . -name go.mod -not -path './build/*' -not -path '*/testdata/*' | sort))
# A result in go test's cache does not depend on files outside of a module, such as the command that tests in a nested one build.
UNCACHED = $$([ $(1) = ./ ] || echo -count=1)
# For tests that start go commands by the hundred, where nothing is in a cache yet and the machine has other things to do as well.
TEST := test -timeout 30m
CONCURRENT := ./runtime/... ./scopes/... ./integration/example/...

# What .ci/run installs. Tests that need them are skipped where they are not.
PROGRAMS := pre-commit prometheus npm chromium jq

# How long make fuzz is at each fuzz test.
FUZZTIME ?= 30s
# The tests of other packages start programs, which WebAssembly cannot.
WITHOUT_PROGRAMS := $(addprefix ./runtime/,. async internal/... logs runtimetest sample simple)
# Systems and processors that are checked without being at hand.
PLATFORMS := windows/amd64 windows/arm64 darwin/arm64 linux/arm64 linux/386 freebsd/amd64

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## instrument a copy of the example program, run it, and take everything out again
	@integration/example/demo.sh build/demo

.PHONY: test
test: ## vet and test all modules, concurrent code with the race detector too
	@for module in $(MODULES); do \
		echo "== $$module"; \
		go -C $$module vet ./... && go -C $$module $(TEST) $(call UNCACHED,$$module) ./... || exit; \
	done
	@for module in ./ $(filter ./runtime/%,$(MODULES)); do \
		go -C $$module $(TEST) -short -tags teleoff ./$$([ $$module = ./ ] && echo runtime/)... || exit; \
	done
	@if [ "$$(go env CGO_ENABLED)" = 1 ]; then $(MAKE) --no-print-directory race; else echo 'no C compiler here: nothing was tested with the race detector'; fi
	@for program in $(PROGRAMS); do command -v $$program >/dev/null || echo "no $$program here: tests that need it were skipped"; done

.PHONY: race
race: ## test concurrent code with the race detector, which needs a C compiler
	go $(TEST) -race $(CONCURRENT)
	@for module in $(filter ./runtime/%,$(MODULES)); do \
		echo "== $$module with the race detector"; \
		go -C $$module $(TEST) -race -short ./... || exit; \
	done

.PHONY: fuzz
fuzz: ## run each fuzz test for FUZZTIME (30s)
	for file in $$(grep -l '^func Fuzz' $$(git ls-files '*_test.go')); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' $$file); do \
			echo "$$target in $$file"; \
			go -C $$(dirname $$file) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) . || exit; \
		done; \
	done

.PHONY: cover
cover: ## test the root module, and write what is covered to build/cover.html
	mkdir -p build
	go $(TEST) -short -coverpkg=./cmd/...,./rewrite/...,./scopes/...,./runtime/... -coverprofile=build/cover.out ./...
	go tool cover -html=build/cover.out -o build/cover.html
	go tool cover -func=build/cover.out | tail -n 1

.PHONY: cross
cross: ## vet for other systems and processors; test the runtime on 386 and, with node, on WebAssembly
	for platform in $(PLATFORMS); do \
		echo $$platform; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go vet ./... || exit; \
	done
	for os in js wasip1; do GOOS=$$os GOARCH=wasm go vet ./runtime/... || exit; done
	if [ "$$(go env GOOS/GOARCH)" = linux/amd64 ]; then CGO_ENABLED=0 GOARCH=386 go test -short ./runtime/... ./scopes/...; fi
	if command -v node >/dev/null; then GOOS=js GOARCH=wasm go test -short -exec "$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" $(WITHOUT_PROGRAMS); else echo 'WebAssembly: needs node'; fi

.PHONY: selflint
selflint: ## lint our own directives and calls with what is in the tree
	go build -o build/teleinstr ./cmd/teleinstr
	@for module in $(MODULES); do echo "== $$module"; (cd $$module && $(CURDIR)/build/teleinstr lint ./...) || exit; done
	go vet -vettool=build/teleinstr ./...

.PHONY: bench
bench: ## compare with what one would use instead, and with the budgets
	go -C integration/bench run .
	go -C integration/bench run ./build
	go -C integration/bench run ./lint
	go -C integration/bench run ./printers
	go -C runtime/otel test -run '^$$' -bench . ./...

DURATION := 20m

.PHONY: soak
soak: ## run a service for 20 minutes, or DURATION, while what its reporters write to fails
	go -C integration/soak run . -duration $(DURATION)

# ST1005: messages end in the pattern ./... where that is what to write. SA1012: nil contexts are tested.
.PHONY: lint
lint: selflint ## say first what a reviewer would: format, vet, staticcheck, go.mod, directives
	@unformatted=$$(go run $(GOFUMPT) -l $$(git ls-files '*.go' ':!testdata/lint')) || exit; \
		test -z "$$unformatted" || { echo "gofumpt would format:"; echo "$$unformatted"; exit 1; }
	@for module in $(MODULES); do \
		echo "== $$module: vet, tidy"; \
		go -C $$module vet ./... && go -C $$module mod tidy -diff || exit; \
	done
	go run $(STATICCHECK) -checks inherit,-ST1005,-SA1012 ./...

.PHONY: pictures
pictures: ## take the pictures of the README anew, which takes Chromium
	SCREENSHOTS=$(CURDIR)/docs/pictures go -C integration/browser test -count=1 ./pictures

.PHONY: vuln
vuln: ## look dependencies up in the vulnerability database of Go, which takes a network
	for module in $(MODULES); do go -C $$module run $(GOVULNCHECK) ./... || exit; done

# Modules that others may require.
PUBLIC := $(filter ./runtime/% ./scopes/%,$(MODULES))

.PHONY: versions
versions: ## have our modules require each other at VERSION, and print the tags of a release
	@case '$(VERSION)' in v*.*.*) ;; *) echo 'make versions VERSION=v1.2.3' >&2; exit 2;; esac
	@for module in $(PUBLIC); do \
		for required in $$(sed -n 's|^\(require\)*[[:space:]]*\(github.com/teleinstr/teleinstr[^ ]*\) v.*|\2|p' $$module/go.mod); do \
			go -C $$module mod edit -require=$$required@$(VERSION) || exit; \
		done; \
	done
	@echo $(VERSION); for module in $(PUBLIC); do echo $${module#./}$(VERSION); done
