//go:build amd64 && linux

package native

const handoverRuns = true // without being asked for: real machines have run its torture
