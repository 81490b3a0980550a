# teleinstr.mk, for include teleinstr.mk in a Makefile
.PHONY: teleinstr
teleinstr: teleinstr-lint teleinstr-check teleinstr-vet

.PHONY: teleinstr-lint
teleinstr-lint:
	go tool teleinstr lint ./...

.PHONY: teleinstr-check
teleinstr-check:
	go tool teleinstr generate --check ./...

.PHONY: teleinstr-vet
teleinstr-vet:
	go vet -vettool="$$(go tool -n teleinstr)" ./...
