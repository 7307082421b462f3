package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/goaco/aco/cmd/aco/internal/memory"
	"github.com/goaco/aco/cmd/aco/internal/self"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// Memory is measured in a process of its own: the runtime keeps the descriptors of goroutines that have ended for
// those to come, so there must have been none.

// PrintHeld carries out the hidden command hold with ROW PEER N: it makes N coroutines and prints what each takes,
// bytes and allocations.
func PrintHeld(args []string, w io.Writer) error {
	if len(args) != 3 {
		return errors.New("hold: want ROW PEER N")
	}
	n, err := strconv.Atoi(args[2])
	for _, r := range workload.Rows {
		for _, p := range r.Peers {
			if r.Name == args[0] && p.Name == args[1] && p.Suspended != nil && n > 0 && err == nil {
				bytes, allocs := memory.Held(p.Suspended, n)
				_, err = fmt.Fprintf(w, "%.1f %.2f\n", bytes, allocs)
				return err
			}
		}
	}
	return errors.New("hold: no such row, peer or number")
}

// hold returns what each of n coroutines takes, measured in a process of its own.
func hold(ctx context.Context, row, peer string, n int) (bytes, allocs float64, err error) {
	cmd, err := self.Command(ctx, "hold", row, peer, strconv.Itoa(n))
	if err != nil {
		return 0, 0, err
	}
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
		}
		return 0, 0, err
	}
	_, err = fmt.Sscan(string(out), &bytes, &allocs)
	return bytes, allocs, err
}

// tooMuch says why there is not enough memory for the row; it is empty if there is.
func tooMuch(r *workload.Row, p plan, peers []workload.Peer) string {
	if r.Needs == nil {
		return ""
	}
	runtime.GC() // what the rows before have left is free
	goroutines := slices.ContainsFunc(peers, func(p workload.Peer) bool {
		return p.Name != workload.StateMachine && (p.Name != workload.Aco && p.Name != workload.AcoPush || !workload.Collected())
	})
	if needs, free := r.Needs(p.scale, goroutines), memory.Free(); needs > free {
		return fmt.Sprintf("it takes some %s of memory, and %s are free", memory.Units(float64(needs)), memory.Units(float64(free)))
	}
	return ""
}
