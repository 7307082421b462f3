//go:build (((386 || arm64) && linux) || (amd64 && (freebsd || netbsd || dragonfly))) && aco_handover

package native

const handoverRuns = true // -tags aco_handover asks for it
