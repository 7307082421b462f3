//go:build gc && (386 || amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.25 && (!go1.28 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import "github.com/goaco/aco/internal/native"

// This file is the one that names releases of Go: its constraint says in which builds the native engine serves.
// Nothing else imports that, so a build that is left out neither compiles nor links any of it. To admit a new
// release, change it here: docs/new-release.md.

func init() { nativeEngine = native.Engine{} }
