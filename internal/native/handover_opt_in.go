//go:build (((386 || arm64) && linux) || (amd64 && (freebsd || netbsd || dragonfly))) && !aco_handover

package native

const handoverRuns = false // but if it is asked for: no real machine of this kind has run its torture yet
