package scripts

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/goaco/aco"
	"github.com/tetratelabs/wazero"
)

// module is (module (import "env" "ask" (func (param i32) (result i32))) (func (export "run") (result i32)
// i32.const 1 call 0 call 0)): it asks 1, then what it was answered, and comes to the second answer.
var module = []byte{
	0, 'a', 's', 'm', 1, 0, 0, 0,
	1, 10, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f, // types: a number from a number, and from nothing
	2, 11, 1, 3, 'e', 'n', 'v', 3, 'a', 's', 'k', 0, 0, // the import
	3, 2, 1, 1, // a function of the second type
	7, 7, 1, 3, 'r', 'u', 'n', 0, 1, // its export
	10, 10, 1, 8, 0, 0x41, 1, 0x10, 0, 0x10, 0, 0x0b, // its code
}

// dialogues are scripts, each of which asks two things.
var dialogues = []struct {
	name               string
	start              func() *Script
	questions, answers []string
	result             string
}{
	{"JavaScript", func() *Script {
		return JavaScript(`
			const name = ask("your name?");
			function deep(n) { return n > 0 ? deep(n - 1) : ask("how old is " + name + "?"); }
			[1].map(() => name + " is " + deep(5))[0]`)
	}, []string{"your name?", "how old is Ada?"}, []string{"Ada", "36"}, "Ada is 36"},
	{"Lua", func() *Script {
		return Lua(`
			local player = setmetatable({}, {__index = function(_, key) return ask("your " .. key .. "?") end})
			local ok, line = pcall(function() return player.name .. " is " .. player.age end)
			result = line`)
	}, []string{"your name?", "your age?"}, []string{"Ada", "36"}, "Ada is 36"},
	{"Starlark", func() *Script {
		return Starlark("def about(key):\n  return ask('your %s?' % key)\nresult = ' is '.join([about(key) for key in ['name', 'age']])\n")
	}, []string{"your name?", "your age?"}, []string{"Ada", "36"}, "Ada is 36"},
	{"WebAssembly, compiled", func() *Script { return WebAssembly(module, wazero.NewRuntimeConfig()) },
		[]string{"1", "20"}, []string{"20", "300"}, "300"},
	{"WebAssembly, interpreted", func() *Script { return WebAssembly(module, wazero.NewRuntimeConfigInterpreter()) },
		[]string{"1", "-7"}, []string{"-7", "300"}, "300"},
}

// Each script is suspended where it asks, and goes on with the answer: on another goroutine, after collections, at
// another depth of the stack, and with other scripts of its kind in between.
func TestDialogues(t *testing.T) {
	for _, d := range dialogues {
		t.Run(d.name, func(t *testing.T) {
			var scripts []*Script
			for range 20 {
				scripts = append(scripts, d.start())
			}
			for step := range len(d.answers) + 1 {
				for i, s := range scripts {
					answer := ""
					if step > 0 {
						answer = d.answers[step-1]
					}
					resume := func() {
						question, asks := s.Answer(answer)
						if asks != (step < len(d.questions)) || asks && question != d.questions[step] {
							t.Errorf("step %d of script %d asks %q, %t", step, i, question, asks)
						}
					}
					switch i % 3 {
					case 0:
						done := make(chan bool)
						go func() {
							defer close(done)
							resume()
						}()
						<-done
					case 1:
						deeper(30, resume)
					default:
						resume()
					}
				}
				runtime.GC()
			}
			for i, s := range scripts {
				if s.Result != d.result || s.Err != nil {
					t.Errorf("script %d comes to %q, %v", i, s.Result, s.Err)
				}
			}
		})
	}
}

//go:noinline
func deeper(n int, f func()) int {
	if n == 0 {
		f()
		return 0
	}
	return deeper(n-1, f) + 1
}

// A script that is closed ends where it waits.
func TestClose(t *testing.T) {
	for _, d := range dialogues {
		t.Run(d.name, func(t *testing.T) {
			s := d.start()
			if _, asks := s.Answer(""); !asks {
				t.Fatal("it asks nothing")
			}
			s.Close()
			if _, asks := s.Answer("Ada"); asks || s.Result == d.result {
				t.Errorf("it goes on after Close, to %q", s.Result)
			}
		})
	}
}

// What is wrong with a script is its error.
func TestErrors(t *testing.T) {
	for name, s := range map[string]*Script{
		"JavaScript": JavaScript("nothing.at.all"), "Lua": Lua("error('wrong')"), "Starlark": Starlark("x = 1 / 0"),
		"WebAssembly": WebAssembly([]byte("no module"), wazero.NewRuntimeConfig()),
	} {
		if _, asks := s.Answer(""); asks || s.Err == nil {
			t.Errorf("%s: %t, %v", name, asks, s.Err)
		}
	}
}

// A suspended script takes few bytes for its frames.
func TestFootprint(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Skip("only the native engine can tell how large frames are")
	}
	for _, d := range dialogues {
		s := d.start()
		s.Answer("")
		if n := s.co.Footprint(); n < 500 || n > 10000 {
			t.Errorf("%s suspends %d bytes of frames", d.name, n)
		} else {
			t.Logf("%s suspends %d bytes of frames", d.name, n)
		}
		s.Close()
	}
}

func ExampleLua() {
	script := Lua(`
		local name = ask("Who goes there?")
		while ask("The password, " .. name .. "?") ~= "swordfish" do end
		result = "welcome, " .. name`)
	answers := slices.Values([]string{"", "Groucho", "mackerel", "swordfish"})
	for answer := range answers {
		if question, asks := script.Answer(answer); asks {
			fmt.Println(question)
		}
	}
	fmt.Println(script.Result)
	// Output:
	// Who goes there?
	// The password, Groucho?
	// The password, Groucho?
	// welcome, Groucho
}
