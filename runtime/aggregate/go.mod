module github.com/teleinstr/teleinstr/runtime/aggregate

go 1.26.0

require (
	github.com/DataDog/sketches-go v1.4.8
	github.com/teleinstr/teleinstr v0.0.0
)

require google.golang.org/protobuf v1.36.11 // indirect

replace github.com/teleinstr/teleinstr => ../..
