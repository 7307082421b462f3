//go:build goexperiment.runtimesecret

package aco_test

import (
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// In a build that has secret mode a goroutine has that of its maker, so a worker would keep it for the next
// coroutine, or have none where its maker's resumer has: nothing is handed over.
func TestSecretMode(t *testing.T) {
	engine := aco.Engine()
	if engine.Name == "native" && !strings.HasPrefix(engine.Standalone, "iter.Pull: ") {
		t.Errorf("standalone coroutines switch by %s", engine.Standalone)
	}
	co := aco.New(func(co *intCo, n int) {
		for n >= 0 {
			n = co.Yield(2 * n)
		}
	}, aco.Standalone())
	for i := range 10 {
		if v, ok := co.Resume(i); v != 2*i || !ok {
			t.Fatal(v, ok)
		}
	}
	co.Resume(-1)
}
