// Package scripts suspends scripts of four interpreters inside a function of the host, none of which knows of
// coroutines: JavaScript in goja, WebAssembly in wazero, Starlark in starlark-go and Lua in gopher-lua. A script asks
// a question and gets the answer as the result of the call, whenever that comes: the host may save it for a day, or
// have a hundred thousand others wait meanwhile. A script that waits takes a few thousand bytes.
package scripts

import "github.com/goaco/aco"

// A Script is one that runs until it asks something, and then waits for the answer.
type Script struct {
	co     *aco.Coroutine[string, string]
	Result string // what it came to, at its end
	Err    error  // or what went wrong
}

// Answer begins the script, or hands it the answer to what it has asked. It returns what the script asks next, or
// false at its end.
func (s *Script) Answer(answer string) (question string, asks bool) { return s.co.Resume(answer) }

// Close ends the script where it waits.
func (s *Script) Close() { s.co.Close() }

// start returns a script that run runs. The function ask suspends it, with all frames of the interpreter.
func start(run func(ask func(question string) string) (string, error)) *Script {
	s := new(Script)
	s.co = aco.New(func(co *aco.Coroutine[string, string], _ string) {
		s.Result, s.Err = run(co.Yield)
	})
	return s
}
