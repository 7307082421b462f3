//go:build (((386 || arm64) && linux) || (amd64 && (linux || freebsd || netbsd || dragonfly))) && goexperiment.runtimesecret

package native

// A goroutine has the secret mode of its maker (runtime/secret.Do), if there is such a mode.
const secretMode = true
