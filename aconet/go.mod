module github.com/goaco/aco/aconet

go 1.25

require (
	github.com/coder/websocket v1.8.13
	github.com/goaco/aco v0.1.0
	github.com/gobwas/ws v1.4.0
	github.com/panjf2000/gnet/v2 v2.9.7
	golang.org/x/net v0.38.0
	golang.org/x/sys v0.31.0
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	go.uber.org/zap v1.27.0 // indirect
	gopkg.in/natefinch/lumberjack.v2 v2.2.1 // indirect
)

replace github.com/goaco/aco => ../
