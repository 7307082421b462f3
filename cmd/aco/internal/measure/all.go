package measure

import (
	"context"
	"fmt"
	"io"
	"os/signal"

	"github.com/goaco/aco/cmd/aco/internal/self"
	"github.com/goaco/aco/cmd/aco/internal/terminal"
)

// All measures each of todo, showing how far it is on stderr, and returns those that are complete. An
// interrupt ends it at once: what is being measured then is left to itself.
func All(todo []*Result, plan plan, libaco string, stderr io.Writer) (complete []*Result, interrupted bool) {
	ctx, stop := signal.NotifyContext(context.Background(), self.Interrupts...)
	defer stop()
	complete = []*Result{}
	shown := terminal.NewBar(stderr, "", int64(len(todo)))
	defer shown.End()
	for i, r := range todo {
		if shown == nil {
			fmt.Fprintf(stderr, "measuring %s (%d of %d)\n", r.Row, i+1, len(todo))
		}
		shown.Set(int64(i), r.Row)
		done := make(chan struct{})
		go func() {
			defer close(done)
			measureRow(ctx, r, plan, libaco)
		}()
		select {
		case <-done:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return complete, true
		}
		complete = append(complete, r)
	}
	return complete, false
}
