// Package aconet serves connections with a coroutine each, on event loops: a handler is written in straight
// lines, as for package net, and an idle connection costs a few hundred bytes instead of a goroutine.
//
//	err := aconet.Serve(ctx, "localhost:7000", func(c *aconet.Conn) {
//		var buf [512]byte
//		for {
//			n, err := c.Read(buf[:])
//			if err != nil {
//				return // which closes c
//			}
//			if _, err := c.Write(buf[:n]); err != nil {
//				return
//			}
//		}
//	})
//
// A [Conn] is a [net.Conn]: crypto/tls, bufio, net/http's ReadRequest and WebSocket libraries take it as it
// is. Its methods may be called from anywhere. Where a goroutine would wait, they suspend the coroutine
// that calls, and its loop goes on with other connections.
//
// # What a handler may do
//
// A handler runs on its loop's goroutine, in turns with the handlers of thousands of other connections. Anything
// else that would block belongs in [Block], which runs it on a goroutine and suspends the coroutine meanwhile: a
// database query, a file, a lock that is held for long, a computation. To pause, use [Sleep]. A handler that keeps
// its loop for longer than [Server].Stall is reported, with its stack. Don't hold a mutex across a call that may
// suspend: the next handler that locks it may be on the same loop, which then waits for itself.
//
// # Idle connections
//
// What a handler holds while it waits in Read, such as a buffer, is held by each idle connection. So let it wait
// first, and then take the buffer. [Conn.ReadBuffered] does that with a [bufio.Reader]; [Conn.Wait] is for other
// buffers.
//
// # How it works
//
// There are as many loops as Go uses processors. All servers of a process share them. They begin with the first
// server, and then stay. Each has an epoll or a kqueue, by gnet's package netpoll, with which a connection is
// registered once, edge-triggered. A call reads or writes at once, and suspends only if the kernel has nothing to
// read or no room to write; there is no buffer in between.
//
// The package builds on Linux, macOS and the BSDs, which have epoll or kqueue. Elsewhere, as on Windows, it does
// not build. Where aco's native engine is not in use, each handler is a goroutine. Then handlers run at the same time, none
// keeps a loop or is reported for it, and no memory is saved; everything else is the same. [Engine] says which engine is in use.
package aconet
