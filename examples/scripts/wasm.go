package scripts

import (
	"context"
	"strconv"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// WebAssembly returns a script that is a module of WebAssembly. It may import the function env.ask, from a number to a
// number, exports the function run, without parameters, and comes to the number that this returns.
func WebAssembly(module []byte, config wazero.RuntimeConfig) *Script {
	return start(func(ask func(string) string) (string, error) {
		ctx := context.Background()
		r := wazero.NewRuntimeWithConfig(ctx, config)
		defer r.Close(ctx)
		i32 := []api.ValueType{api.ValueTypeI32}
		asked := api.GoFunc(func(_ context.Context, stack []uint64) {
			n, _ := strconv.ParseInt(ask(strconv.Itoa(int(int32(stack[0])))), 10, 32)
			stack[0] = api.EncodeI32(int32(n))
		})
		if _, err := r.NewHostModuleBuilder("env").NewFunctionBuilder().WithGoFunction(asked, i32, i32).Export("ask").Instantiate(ctx); err != nil {
			return "", err
		}
		m, err := r.Instantiate(ctx, module)
		if err != nil {
			return "", err
		}
		results, err := m.ExportedFunction("run").Call(ctx)
		if err != nil {
			return "", err
		}
		return strconv.Itoa(int(api.DecodeI32(results[0]))), nil
	})
}
