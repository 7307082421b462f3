module github.com/goaco/aco/site/tools

go 1.25.0

require (
	github.com/bep/goat v0.5.0
	golang.org/x/net v0.46.0
)
