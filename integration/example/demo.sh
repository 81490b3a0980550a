#!/bin/sh
# The whole of teleinstr in one go, on the program in ingest/: directives, generated code, a report, and
# the source as it was before. Works on a copy, in the directory that is given.
set -eu

demo=$1
checkout=$(cd "$(dirname "$0")/../.." && pwd)

heading() { printf '\n== %s\n\n' "$*"; }

# show echoes a command and runs it.
show() {
	printf '$ %s\n' "$1"
	eval "$1"
}

echo "Building the command, which takes a minute the first time. The demo runs in $demo."
rm -rf "$demo"
mkdir -p "$demo/bin"
cd "$demo"
cp -R "$checkout/integration/example/ingest" .
cp -R ingest _original # which ./... leaves out
cat >go.mod <<EOF
module example.com/demo

go 1.26.0

EOF
require="
require github.com/teleinstr/teleinstr v0.0.0-00010101000000-000000000000

replace github.com/teleinstr/teleinstr => \"$checkout\""
go build -C "$checkout" -o "$PWD/bin/teleinstr" ./cmd/teleinstr
export PATH=$PWD/bin:$PATH
unset TELEINSTR_TELEMETRY TELEINSTR_REPORT GEMINI_BATCH_TELEMETRY DEBUG

heading 'A program says in comments what is worth knowing about it'
show "grep -h -A 1 '^//tele:' ingest/*.go"

heading 'They are valid, lint has a hint for one of them, and list says where each applies'
show 'teleinstr lint ./...'
show 'teleinstr list ./...'

heading 'It runs with their code, and reports'
show 'TELEINSTR_TELEMETRY=1 TELEINSTR_REPORT=tree teleinstr go run ./ingest ingest/data 2>&1'

heading 'Ten runs, recorded: a table, and a page with everything in it'
show 'for run in 1 2 3 4 5 6 7 8 9 10; do TELEINSTR_TELEMETRY=1 TELEINSTR_REPORT=jsonl:events.jsonl teleinstr go run ./ingest ingest/data >/dev/null 2>&1; done'
show 'teleinstr report events.jsonl'
show 'teleinstr report --html page.html events.jsonl && echo "open $PWD/page.html in a browser"'

heading 'Nothing in it has changed, and by itself it is the program that it was'
show 'diff -r _original ingest && echo identical'
show 'go run ./ingest ingest/data 2>&1 | tail -n 1'

heading 'Who would rather see the code has it written into the source, once the module requires it'
echo "$require" >>go.mod
show 'teleinstr generate -d ingest/summary.go | tail -n 15'
show 'teleinstr generate ./...'
show 'teleinstr generate --check ./... && go vet ./... && echo "up to date"'

heading 'Strip takes it out again, to the last byte'
show 'teleinstr strip ./...'
show 'diff -r _original ingest && echo identical'

echo
echo 'docs/getting-started.md does this with a program of your own.'
