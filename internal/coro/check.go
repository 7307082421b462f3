package coro

// A Check is one line of an engine's start-up check.
type Check struct {
	Name string // what was looked at
	Want string // what the native engine relies on
	Got  string // what was found
	OK   bool
}
