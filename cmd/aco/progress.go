package main

import (
	"cmp"
	"io"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// A bar shows on a terminal how far something has come, and leaves nothing behind. Elsewhere, and on a
// terminal whose cursor can't be moved, it is nil, whose methods do nothing.
type bar struct {
	writer  progress.Writer
	tracker *progress.Tracker
}

func newBar(w io.Writer, message string, total int64) *bar {
	if !onTerminal(w) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	b := &bar{progress.NewWriter(), &progress.Tracker{Message: message, Total: total, RemoveOnCompletion: true}}
	b.writer.SetOutputWriter(w)
	b.writer.SetAutoStop(true)
	b.writer.SetMessageLength(16)
	b.writer.SetUpdateFrequency(200 * time.Millisecond)
	style := b.writer.Style()
	style.Visibility.Value = false
	style.Visibility.ETA = true
	style.Options.TimeInProgressPrecision = time.Second
	width := cmp.Or(columns(w), 80)
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

// set shows that so much of the total is done, and what is next.
func (b *bar) set(done int64, message string) {
	if b != nil {
		b.tracker.UpdateMessage(message)
		b.tracker.SetValue(min(done, b.tracker.Total-1))
	}
}

// end takes the bar away.
func (b *bar) end() {
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
