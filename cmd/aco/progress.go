package main

import (
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

// A bar shows on a terminal how far something has come, and leaves nothing behind. Elsewhere it is nil,
// whose methods do nothing.
type bar struct {
	writer  progress.Writer
	tracker *progress.Tracker
}

func newBar(w io.Writer, message string, total int64) *bar {
	if !onTerminal(w) {
		return nil
	}
	b := &bar{progress.NewWriter(), &progress.Tracker{Message: message, Total: total, RemoveOnCompletion: true}}
	b.writer.SetOutputWriter(w)
	b.writer.SetAutoStop(true)
	b.writer.SetMessageLength(16)
	b.writer.SetTrackerLength(40)
	b.writer.SetUpdateFrequency(200 * time.Millisecond)
	b.writer.Style().Visibility.Value = false
	b.writer.Style().Visibility.ETA = true
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
	for range 20 { // until it has gone
		if !b.writer.IsRenderInProgress() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.writer.Stop()
}
