package terminal

import (
	"cmp"
	"io"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// A Bar shows on a terminal how far something has come, and leaves nothing behind. Elsewhere, and on a
// terminal whose cursor can't be moved, it is nil, whose methods do nothing.
type Bar struct {
	writer  progress.Writer
	tracker *progress.Tracker
}

func NewBar(w io.Writer, message string, total int64) *Bar {
	if !Is(w) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	b := &Bar{progress.NewWriter(), &progress.Tracker{Message: message, Total: total, RemoveOnCompletion: true}}
	b.writer.SetOutputWriter(w)
	b.writer.SetAutoStop(true)
	b.writer.SetMessageLength(16)
	b.writer.SetUpdateFrequency(200 * time.Millisecond)
	style := b.writer.Style()
	style.Visibility.Value = false
	style.Visibility.ETA = true
	style.Options.TimeInProgressPrecision = time.Second
	width := cmp.Or(Columns(w), 80)
	length := width - 53 // beside the percentage, the times and the message
	if length < 10 {
		style.Visibility.Time = false
		length = width - 30
	}
	b.writer.SetTrackerLength(min(max(length, 3), 40))
	b.writer.SetTerminalWidth(width - 1) // a line that is broken can't be taken away
	b.writer.AppendTracker(b.tracker)
	go b.writer.Render()
	return b
}

// Set shows that so much of the total is done, and what is next.
func (b *Bar) Set(done int64, message string) {
	if b != nil {
		b.tracker.UpdateMessage(message)
		b.tracker.SetValue(min(done, b.tracker.Total-1))
	}
}

// End takes the bar away.
func (b *Bar) End() {
	if b == nil {
		return
	}
	b.tracker.MarkAsDone()
	for i := range 40 { // until it has gone
		if !b.writer.IsRenderInProgress() {
			return
		}
		if i == 20 {
			b.writer.Stop()
		}
		time.Sleep(50 * time.Millisecond)
	}
}
