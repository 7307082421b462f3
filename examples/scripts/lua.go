package scripts

import lua "github.com/yuin/gopher-lua"

// Lua returns a script in Lua. It has a function ask, and comes to the value of the global variable result. Lua's own
// coroutines can't suspend across pcall, a metamethod or table.sort in this interpreter; ask can.
func Lua(source string) *Script {
	return start(func(ask func(string) string) (string, error) {
		state := lua.NewState()
		defer state.Close()
		state.SetGlobal("ask", state.NewFunction(func(l *lua.LState) int {
			l.Push(lua.LString(ask(l.CheckString(1))))
			return 1
		}))
		err := state.DoString(source)
		return state.GetGlobal("result").String(), err
	})
}
