module github.com/goaco/aco/examples/scripts

go 1.24.0

require (
	github.com/dop251/goja v0.0.0-20250309171923-bcd7cc6bf64c
	github.com/goaco/aco v0.1.0
	github.com/tetratelabs/wazero v1.9.0
	github.com/yuin/gopher-lua v1.1.1
	go.starlark.net v0.0.0-20250417143717-f57e51f710eb
)

require (
	github.com/dlclark/regexp2 v1.11.4 // indirect
	github.com/go-sourcemap/sourcemap v2.1.3+incompatible // indirect
	github.com/google/pprof v0.0.0-20230207041349-798e818bf904 // indirect
	golang.org/x/text v0.3.8 // indirect
)
