//go:build (386 || amd64 || arm64) && !windows && !openbsd && !freebsd && !netbsd && !dragonfly

package release

// What the expressions in the tables stand on.
const isWindows, isOpenBSD, isBSD = 0, 0, 0
