//go:build gc && !ios && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"
#include "asm_arm64.h"

// The native engine's assembly for arm64: everything that must happen with no
// safepoint between its steps. Assembly is never preempted, so from one BL to the next
// the stack does not move, the write barrier does not change, and no one looks at it.
//
// A running coroutine is an ordinary nested call on its goroutine's stack:
//
//	          | resumer            |
//	          | saved FP           |  24(RSP) of enter: of Resume's caller's caller, as each function does
//	          | *Core              |  16(RSP), for inside and the collector
//	          | spill              |  8(RSP): a callee's register argument
//	          | return address     |  0(RSP): into Resume's caller
//	          | saved FP           |  -8(RSP): of Resume's caller
//	lo+size → +--------------------+  enter's record; saved frames end here
//	          | main's frame       |
//	          | body's frame       |
//	          | ... Yield's caller |
//	          | return address     |  RSP when leave is called
//	          | saved FP           |
//	     lo → +--------------------+  the record of Yield's caller
//
// Register ABI: R0 is the first argument and result, R26 the closure, g (R28) the g, R29 the frame
// pointer, R30 the link register. Nothing else survives a call, so nothing else is saved.
// What Go calls here it calls through func values made of the addresses in codes (native.go),
// which skips the wrappers that the ABI0 of assembly would get.
//
// No barrier orders the stores of a switch: whoever resumes a coroutine on another thread has
// synchronized with the one that it was suspended on, and the collector stops the world, or each
// goroutine, before it looks at what was stored while no barrier was wanted.

#define G_LO 0
#define G_HI 8
#define G_PANIC 32
#define G_DEFER 40

// ROOM is how many bytes of stack a thawed coroutine finds below it: what a function may use without
// asking for more (runtime/stack.go: stackGuard). It is more on Windows and OpenBSD.
#ifdef GOOS_windows
#define ROOM 5376
#else
#ifdef GOOS_openbsd
#define ROOM 1920
#else
#define ROOM 1280
#endif
#endif

// enter(c *Core) bool resumes c. It never writes RSP, so that the unwinder accepts it as
// the caller of main (runtime/traceback.go: resolveInternal). While c runs nobody else may have it:
// the collector sees it in enter's frame.
TEXT ·enterABI(SB), NOSPLIT, $16-0
	FUNCDATA $FUNCDATA_LocalsPointerMaps, ·enterLocals·args_stackmap<>(SB)
	MOVD R0, 8(RSP)
	MOVD R0, 16(RSP)
	SUB  $8, RSP, R4
	MOVD Core_owner(R0), R2
	CBNZ R2, other
	MOVD C_LAYOUT(R0), R3
	MOVD layout_size(R3), R8
	SUB  R8, R4, R1
	MOVD G_LO(g), R5
	ADD  $ROOM, R5, R5
	CMP  R5, R1
	BLE  slow                       // signed: R1 may be below zero
	MOVD const_gGuard(g), R5
	CMP  R5, R4
	BLS  slow                       // this goroutine is asked to stop
	B    ·thaw(SB)
other:
	CMP  $const_ownerNew, R2
	BNE  slow
	MOVD g, Core_owner(R0)
	MOVD C_LAYOUT(R0), R3           // the frames of its former life may fit again
	MOVD C_FRAMES(R0), R10
	MOVD layout_size(R3), R8
	SUB  R8, R4, R1
	MOVD C_LO(R0), R2
	SUBS R2, R1, R5
	BEQ  run
	MOVD R1, C_LO(R0)
	RELOCATE(loop, run)
run:
	MOVD Core_main(R0), R26
	MOVD (R26), R1
	BL   (R1)
	MOVD ZR, R0
	MOVD ZR, R1                     // for next: the zero value, false
	RET
slow:
	MOVD ·resumeSlow(SB), R26
	MOVBU C_FLAGS(R0), R2
	TST  $const_flagPulls, R2
	BEQ  call
	MOVD ·pullSlow(SB), R26
call:
	MOVD (R26), R1
	BL   (R1)
	RET

// nextABI() (V, bool) is the code of a next function: enter of the coroutine in its closure.
TEXT ·nextABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD (handle_core-handle_next)(R26), R0
	B    ·enterABI(SB)

// stopABI() is the code of its stop function.
TEXT ·stopABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD (handle_core-handle_stop)(R26), R0
	MOVD Core_owner(R0), R1
	CBNZ R1, slow
	MOVBU C_FLAGS(R0), R1
	ORR  $(const_flagStopped|const_flagSpecial), R1, R1
	MOVB R1, C_FLAGS(R0)
	B    ·enterABI(SB)
slow:
	B    ·stopFrame(SB)

// stopFrame calls Stop. A Go function may spill a register argument into its caller's frame,
// and the caller of stop, which has no argument, has no room for it.
TEXT ·stopFrame(SB), NOSPLIT, $16-0
	NO_LOCAL_POINTERS
	MOVD ·stopSlow(SB), R26
	MOVD (R26), R1
	BL   (R1)
	RET

// giveABI(v V) bool is the code of the yield function that goes with it: leave, as if the
// sequence had called it itself. thaw returns what it returns.
TEXT ·giveABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD (handle_core-handle_yield)(R26), R1
	MOVBU C_FLAGS(R1), R2
	TST  $const_flagStopped, R2
	BNE  stopped
	MOVD R0, Core__size(R1)         // no pointer: needs no barrier
	MOVD R1, R0
	B    ·leaveABI(SB)
stopped:
	MOVD ZR, R0
	RET

// thaw continues enter: it copies R8 bytes of frames back to R1, below enter's, and jumps to where
// Yield was called. R0 is c, R3 its layout, RSP is enter's.
TEXT ·thaw(SB), NOSPLIT|NOFRAME, $0-0
	MOVD g, Core_owner(R0)
	MOVD C_FRAMES(R0), R10
	MOVD C_LO(R0), R2
	SUBS R2, R1, R5
	BEQ  copy
	B    move                       // vet would take what follows for a frame pointer that is not saved
copy:
	MOVD R1, R11
	COPY(pairs, odd, copied)
copied:
	MOVBU C_FLAGS(R0), R2
	TST  $const_flagSpecial, R2
	BNE  special
	MOVD layout_pc(R3), R30
	MOVD R1, R29
	ADD  $8, R1, R2
	MOVD R2, RSP
	MOVD $1, R0                     // what a yield function returns
	JMP  (R30)

	// The frames were somewhere else: add the difference to every word that holds an
	// address in them. The saved words and lo change together, so that each word is
	// always relocated for lo, whatever comes later.
move:
	MOVD R1, C_LO(R0)
	RELOCATE(reloc, copy)
	B    copy

	// Defers and panics of the coroutine go in front of the resumer's: see links in native.go.
special:
	BIC  $const_flagSpecial, R2, R2
	MOVB R2, C_FLAGS(R0)
	MOVD Core_ext(R0), R6
	CBZ  R6, linked
	ADD  $X_LINKS, R6, R6
	MOVD links_panicLink(R6), R5
	CBZ  R5, defers
	MOVD ZR, C_LO(R0)               // leave takes the slow path next time
	MOVD G_PANIC(g), R7
	ADD  R1, R5, R5
	MOVD R7, -1(R5)
	MOVD links_panicHead(R6), R5
	ADD  R1, R5, R5
	MOVD R5, G_PANIC(g)
defers:
	MOVD links_records(R6), R10
	MOVD (links_records+8)(R6), R5
	CBZ  R5, linked
	MOVD ZR, C_LO(R0)
	MOVD G_DEFER(g), R7
	MOVD $record__size, R8
	MUL  R8, R5, R5
	ADD  R10, R5, R5
defer:
	SUB  $record__size, R5, R5
	MOVD record_heap(R5), R8
	CBNZ R8, heap
	MOVD record_off(R5), R8
	ADD  R1, R8, R8
heap:
	MOVD R7, deferRecord_link(R8)
	MOVD record_sp(R5), R9
	ADD  R1, R9, R9
	MOVD R9, deferRecord_sp(R8)
	MOVD R8, R7
	CMP  R5, R10
	BNE  defer
	MOVD R7, G_DEFER(g)
linked:
	MOVD layout_pc(R3), R30
	MOVD R1, R29
	ADD  $8, R1, R5
	MOVD R5, RSP
	TST  $const_flagClosing, R2
	BNE  closing
	YIELDED
	JMP  (R30)
closing:
	// As if the body had called throwClosed instead of leave.
	MOVD ZR, C_LO(R0)
	MOVD ·throwClosed(SB), R26
	MOVD (R26), R5
	JMP  (R5)

// leave(c *Core) suspends c if its frames are laid out as they were the last time and no
// defer or panic is among them, but for those that a decoding has just found; otherwise it
// prepares that, and begins again.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
	SUB  $8, RSP, R1
	MOVD Core_owner(R0), R2
	CMP  g, R2
	BNE  slow
	MOVD C_LO(R0), R2
	CMP  R1, R2
	BNE  slow
	MOVD C_LAYOUT(R0), R3
	MOVD layout_pc(R3), R2
	CMP  R30, R2
	BNE  slow
	MOVD layout_size(R3), R4
	ADD  R1, R4, R4
	MOVD G_PANIC(g), R5
	MOVD G_DEFER(g), R6
	ORR  R5, R6, R7
	CBNZ R7, chains
go:
	B    ·freeze(SB)
chains:
	SUB  $1, R5, R5                 // none becomes the largest address
	CMP  R4, R5
	BLO  linked
	CBZ  R6, go
	MOVD deferRecord_sp(R6), R7
	CMP  R4, R7
	BHS  go
linked:
	MOVBU C_FLAGS(R0), R7
	TST  $const_flagSpecial, R7
	BNE  go
slow:
	B    ·again(SB)

// again calls yieldNative and then leave once more; or returns from leave, if yieldNative says
// so. It is what leave becomes that can't go on. Its frame, of 64 bytes:
//
//	| c                    |  40(RSP)
//	| yieldNative's spills |  8(RSP)
//	| where it continues   |  (RSP)
TEXT ·again(SB), NOSPLIT, $40-0
	NO_LOCAL_POINTERS
	MOVD R0, 40(RSP)                // main's frame keeps c alive
	MOVD G_HI(g), R1
	ADD  $(64-8), RSP, R2
	SUB  R2, R1, R1
	MOVD R1, R3
	MOVD (RSP), R2
	MOVD ·yieldNative(SB), R26
	MOVD (R26), R4
	BL   (R4)
	AND  $1, R0, R1
	MOVD 40(RSP), R0
	CBZ  R1, done
	RET  ·retry(SB)
done:
	MOVBU C_FLAGS(R0), R2
	YIELDED
	RET

TEXT ·retry(SB), NOSPLIT|NOFRAME, $0-0
	MOVD ·leave(SB), R26            // to the linker a jump would be endless recursion
	MOVD (R26), R1
	JMP  (R1)

// freeze verifies that the frames in [R1, R4) differ from the saved ones in nothing but
// scalars and heap pointers, notes the pointers, copies the frames out and returns from
// enter. RSP and R30 are as at leave's entry, so that until the copy begins it can give up. R0 is c,
// R3 the layout. That the frames end at R4 follows when the return addresses up to main's are
// verified: only enter calls main.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	ADD  $40, R4, R5
	MOVD G_HI(g), R6
	CMP  R6, R5                     // another stack may have come to lie here: read nothing above it
	BHI  slow
	MOVD 24(R4), R5
	CMP  R0, R5
	BNE  slow
	MOVD C_FRAMES(R0), R10
	MOVD layout_offs(R3), R6
	MOVWU layout_inner(R3), R7
	ADD  R6, R7, R7
	CMP  R6, R7
	BEQ  compared
	B    same                       // as in thaw, for vet
same:
	MOVWU.P 4(R6), R8
	MOVD (R1)(R8), R9
	MOVD (R10)(R8), R12
	CMP  R9, R12
	BNE  slow
	CMP  R6, R7
	BNE  same
compared:
	MOVD layout_offs(R3), R5
	MOVWU layout_move(R3), R6
	MOVWU layout_live(R3), R7
	ADD  R5, R6, R6
	ADD  R5, R7, R7
	MOVD R10, R11
	CMP  R6, R7
	BEQ  noted
live:
	MOVWU.P 4(R6), R8
	SUB  $8, R11, R11
	MOVD (R1)(R8), R9
	MOVD (R10)(R8), R12
	CMP  R9, R12                    // the saved word is what the block's pointer is
	BNE  changed
kept:
	CMP  R6, R7
	BNE  live
noted:
	MOVD R10, R11
	MOVD R1, R10
	MOVD layout_size(R3), R8
	COPY(pairs, odd, copied)
copied:
	MOVBU C_FLAGS(R0), R2
	TST  $const_flagSpecial, R2
	BNE  special
	MOVD ZR, Core_owner(R0)         // ownerNone
out:
	MOVD (R4), R29
	MOVD 8(R4), R30
	ADD  $40, R4, R5
	MOVD R5, RSP
	TST  $const_flagPulls, R2
	BNE  pulls
	MOVD $1, R0
	JMP  (R30)
pulls:
	MOVD Core__size(R0), R0
	MOVD $1, R1
	JMP  (R30)

	// A plain store into memory that the collector looks at is right only while no
	// barrier is wanted, and only of a pointer that does not lead into a stack.
changed:
	MOVWU runtime·writeBarrier(SB), R12
	CBNZ R12, slow
	MOVD G_LO(g), R12
	CMP  R12, R9
	BLO  heap
	MOVD G_HI(g), R12
	CMP  R12, R9
	BLO  slow
heap:
	MOVD R9, (R11)
	MOVD R9, (R10)(R8)              // or, if freeze gives up, a later one would not see it
	B    kept
slow:
	B    ·again(SB)

	// Cut the coroutine's defers and panics off the goroutine's chains.
special:
	MOVD ZR, Core_owner(R0)
	MOVD Core_ext(R0), R6
	CBZ  R6, out
	ADD  $X_LINKS, R6, R6
	MOVD links_panicLink(R6), R5
	CBZ  R5, defers
	ADD  R1, R5, R5
	MOVD -1(R5), R7
	MOVD R7, G_PANIC(g)
defers:
	MOVD links_records(R6), R10
	MOVD (links_records+8)(R6), R5
	CBZ  R5, out
defer:
	MOVD record_heap(R10), R8
	CBNZ R8, heaprec
	MOVD record_off(R10), R8
	ADD  R1, R8, R8
	MOVD deferRecord_link(R8), R7
	B    nextdefer
heaprec:
	MOVD deferRecord_link(R8), R7
	MOVD ZR, deferRecord_link(R8)         // it could point into the stack; the block holds what it held
nextdefer:
	ADD  $record__size, R10, R10
	SUBS $1, R5, R5
	BNE  defer
	MOVD R7, G_DEFER(g)
	B    out

// look() returns what native.go says: the goroutine, the bounds of its stack, the heads of its
// chains, and its frame pointer.
TEXT ·lookABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD g, R0
	MOVD G_LO(g), R1
	MOVD G_HI(g), R2
	MOVD G_DEFER(g), R3
	MOVD G_PANIC(g), R4
	MOVD R29, R5
	RET

// here() returns how far its caller's frame is from the top of the stack, and where that goes on.
TEXT ·hereABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD G_HI(g), R0
	SUB  $8, RSP, R1
	SUB  R1, R0, R0
	MOVD R30, R1
	RET

// The map of enter's two words says that the second is a pointer (runtime/symtab.go: stackmap). By the end
// of its name the linker knows that it is such a map (cmd/link/internal/ld/symtab.go).
DATA ·enterLocals·args_stackmap<>+0(SB)/4, $1
DATA ·enterLocals·args_stackmap<>+4(SB)/4, $2
DATA ·enterLocals·args_stackmap<>+8(SB)/4, $2
GLOBL ·enterLocals·args_stackmap<>(SB), RODATA, $12

DATA ·table<>+0(SB)/8, $·enterABI(SB)
DATA ·table<>+8(SB)/8, $·leaveABI(SB)
DATA ·table<>+16(SB)/8, $·lookABI(SB)
DATA ·table<>+24(SB)/8, $·nextABI(SB)
DATA ·table<>+32(SB)/8, $·giveABI(SB)
DATA ·table<>+40(SB)/8, $·stopABI(SB)
DATA ·table<>+48(SB)/8, $·thaw(SB)
DATA ·table<>+56(SB)/8, $ROOM
GLOBL ·table<>(SB), RODATA, $64

// func codes() *[8]uintptr returns where the above begin, and room.
TEXT ·codes(SB), NOSPLIT, $0-8
	MOVD $·table<>(SB), R0
	MOVD R0, ret+0(FP)
	RET

DATA ·place<>+0(SB)/8, $·hereABI(SB)
GLOBL ·place<>(SB), RODATA, $8

// func hereCode() *uintptr returns where hereABI begins.
TEXT ·hereCode(SB), NOSPLIT, $0-8
	MOVD $·place<>(SB), R0
	MOVD R0, ret+0(FP)
	RET
