package scripts

import "github.com/dop251/goja"

// JavaScript returns a script in JavaScript. It has a function ask, and comes to the value of its last statement.
func JavaScript(source string) *Script {
	return start(func(ask func(string) string) (string, error) {
		vm := goja.New()
		err := vm.Set("ask", func(call goja.FunctionCall) goja.Value {
			return vm.ToValue(ask(call.Argument(0).String()))
		})
		if err != nil {
			return "", err
		}
		v, err := vm.RunString(source)
		if err != nil {
			return "", err
		}
		return v.String(), nil
	})
}
