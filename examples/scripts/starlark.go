package scripts

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Starlark returns a script in Starlark. It has a function ask, and comes to the value of the global variable result.
func Starlark(source string) *Script {
	return start(func(ask func(string) string) (string, error) {
		asked := starlark.NewBuiltin("ask", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var question string
			if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &question); err != nil {
				return nil, err
			}
			return starlark.String(ask(question)), nil
		})
		globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, new(starlark.Thread), "script.star", source, starlark.StringDict{"ask": asked})
		if err != nil {
			return "", err
		}
		result, _ := starlark.AsString(globals["result"])
		return result, nil
	})
}
