//go:build gc && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

// The native engine's assembly for amd64: everything that must happen with no
// safepoint between its steps. Assembly is never preempted, so from one CALL to the next
// the stack does not move, the write barrier does not change, and no one looks at it.
//
// A running coroutine is an ordinary nested call on its goroutine's stack:
//
//	          | resumer            |
//	          | return address     |  into Resume's caller
//	          | saved BP           |
//	          | *Core              |  8(SP) of enter, for innermost
//	          | spill              |  0(SP) of enter: a callee's register argument
//	lo+size → +--------------------+  enter's SP; saved frames end here
//	          | return address     |  into enter
//	          | main's frame       |
//	          | body's frame       |
//	          | ... Yield's caller |
//	     lo → +--------------------+
//	          | return address     |  of the call of leave: Core.pc
//
// Register ABI: AX is the first argument and result, DX the closure, R14 the g, X15 zero,
// BP the frame pointer. Nothing else survives a call, so nothing else is saved.
// enter, leave and capture are called through func values made of their addresses
// (native.go), which skips the wrappers that the ABI0 of assembly would get.

#define G_LO 0
#define G_HI 8
#define G_PANIC 32
#define G_DEFER 40
#define DEFER_SP 8
#define DEFER_LINK 32

// Where the masks of the first 64 words are: below the saved words and a spare one.
#define MASKS -32
#define MASK_SAME 0
#define MASK_LIVE 8
#define MASK_MOVE 16

// COPY copies CX bytes, a multiple of 8, downwards in pieces of 16 and at last one of 8. It
// reads nothing below src: there the call of leave has just stored its return address, for
// which a load of twice its width would have to wait.
#define COPY(src, dst, loop, tail, odd, done) \
	SUBQ $32, CX; \
	JLT  tail; \
loop: \
	MOVUPS 16(src)(CX*1), X0; \
	MOVUPS 0(src)(CX*1), X1; \
	MOVUPS X0, 16(dst)(CX*1); \
	MOVUPS X1, 0(dst)(CX*1); \
	SUBQ $32, CX; \
	JGE  loop; \
tail: \
	TESTB $16, CX; \
	JEQ  odd; \
	MOVUPS 16(src)(CX*1), X0; \
	MOVUPS X0, 16(dst)(CX*1); \
odd: \
	TESTB $8, CX; \
	JEQ  done; \
	MOVQ (src), R8; \
	MOVQ R8, (dst)

// RELOCATE adds DX to those of the CX bytes of saved words at SI that hold addresses in the
// frames.
#define RELOCATE(block, bit, next) \
	MOVQ SI, R9; \
	LEAQ (SI)(CX*1), R11; \
	LEAQ MASKS(SI), R10; \
block: \
	MOVQ MASK_MOVE(R10), R8; \
	TESTQ R8, R8; \
	JZ   next; \
bit: \
	BSFQ R8, R12; \
	ADDQ DX, (R9)(R12*8); \
	LEAQ -1(R8), R12; \
	ANDQ R12, R8; \
	JNZ  bit; \
next: \
	ADDQ $512, R9; \
	SUBQ $24, R10; \
	CMPQ R9, R11; \
	JCS  block

// enter(c *Core) bool resumes c. It never writes SP, so that the unwinder accepts it as
// the caller of main (runtime/traceback.go: resolveInternal).
TEXT ·enterABI(SB), NOSPLIT, $16-0
	NO_LOCAL_POINTERS
	MOVQ AX, 0(SP)
	MOVQ AX, 8(SP)
	MOVQ native_owner(AX), CX
	TESTQ CX, CX
	JNZ  other
	MOVQ SP, DI
	SUBQ native_size(AX), DI
	MOVQ DI, DX
	SUBQ ·room(SB), DX
	CMPQ DX, G_LO(R14)
	JLE  slow                       // signed: DX may be below zero
	JMP  ·thaw(SB)
other:
	CMPQ CX, $const_ownerNew
	JNE  slow
	MOVQ R14, native_owner(AX)
	MOVB $const_Running, Core_status(AX)
	MOVQ SP, native_lo(AX)
	MOVQ $0, native_size(AX)
	MOVQ G_HI(R14), CX
	MOVQ CX, native_hi(AX)
	MOVQ Core_main(AX), DX
	CALL (DX)
	XORL AX, AX
	XORL BX, BX                     // for next: the zero value, false
	RET
slow:
	MOVQ ·resumeSlow(SB), DX
	CMPB native_pulls(AX), $0
	JEQ  call
	MOVQ ·pullSlow(SB), DX
call:
	CALL (DX)                       // nothing keeps c from being collected behind this
	RET

// nextABI() (V, bool) is the code of a next function: enter of the coroutine in its closure.
TEXT ·nextABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ 8(DX), AX
	JMP  ·enterABI(SB)

// giveABI(v V) bool is the code of the yield function that goes with it: leave, as if the
// sequence had called it itself. thaw returns what it returns.
TEXT ·giveABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ 8(DX), CX
	CMPB Core_stopped(CX), $0
	JNE  stopped
	MOVQ AX, Core__size(CX)         // no pointer: needs no barrier
	MOVQ CX, AX
	JMP  ·leaveABI(SB)
stopped:
	XORL AX, AX
	RET

// thaw continues enter: it copies the frames back to [DI, SP) and jumps to where Yield was
// called. AX is c, SP is enter's.
TEXT ·thaw(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R14, native_owner(AX)
	MOVQ G_HI(R14), DX
	MOVQ DX, native_hi(AX)
	MOVQ native_frames(AX), SI
	MOVQ native_size(AX), CX
	CMPQ native_lo(AX), DI
	JEQ  copy
	JMP  move
copy:
	COPY(SI, DI, loop, tail, odd, copied)
copied:
	CMPB native_special(AX), $0
	JNE  special
	MOVQ native_bp(AX), BP
	ADDQ DI, BP
	MOVQ DI, SP
	MOVQ native_pc(AX), CX
	MOVL $1, AX                     // what a yield function returns
	JMP  CX

	// The frames were somewhere else: add the difference to every word that holds an
	// address in them. The saved words and lo change together, so that each word is
	// always relocated for lo, whatever comes later.
move:
	MOVQ DI, DX
	SUBQ native_lo(AX), DX
	MOVQ DI, native_lo(AX)
	RELOCATE(block, bit, next)
	JMP  copy

	// Defers and panics of the coroutine go in front of the resumer's: see links in native.go.
special:
	MOVQ native_links(AX), BX
	TESTQ BX, BX
	JZ   linked
	MOVQ links_panicLink(BX), CX
	TESTQ CX, CX
	JZ   defers
	MOVQ G_PANIC(R14), DX
	MOVQ DX, -1(DI)(CX*1)
	MOVQ links_panicHead(BX), CX
	ADDQ DI, CX
	MOVQ CX, G_PANIC(R14)
defers:
	MOVQ links_records(BX), SI
	MOVQ (links_records+8)(BX), CX
	MOVQ G_DEFER(R14), DX
	IMULQ $record__size, CX
	ADDQ SI, CX
defer:
	CMPQ CX, SI
	JEQ  linked1
	SUBQ $record__size, CX
	MOVQ record_heap(CX), R8
	TESTQ R8, R8
	JNZ  heap
	MOVQ record_off(CX), R8
	ADDQ DI, R8
heap:
	MOVQ DX, DEFER_LINK(R8)
	MOVQ record_sp(CX), R9
	ADDQ DI, R9
	MOVQ R9, DEFER_SP(R8)
	MOVQ R8, DX
	JMP  defer
linked1:
	MOVQ DX, G_DEFER(R14)
linked:
	MOVQ native_pc(AX), CX
	MOVQ $0, native_pc(AX)          // leave takes the slow path next time
	MOVQ native_bp(AX), BP
	ADDQ DI, BP
	MOVQ DI, SP
	CMPB Core_closing(AX), $0
	JNE  closing
	CMPB Core_stopped(AX), $1
	SBBL AX, AX
	NEGL AX                         // 1 if it is not stopped
	JMP  CX
closing:
	// As if the body had called throwClosed instead of leave.
	MOVQ CX, -8(DI)
	LEAQ -8(DI), SP
	MOVQ ·throwClosed(SB), DX
	JMP  (DX)

// leave(c *Core) suspends c if its frames are laid out as they were the last time and no
// defer or panic is among them; otherwise it becomes a call of yieldSlow.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ 8(SP), DI
	MOVQ 0(SP), CX
	CMPQ native_owner(AX), R14
	JNE  slow
	CMPQ native_lo(AX), DI
	JNE  slow
	CMPQ native_pc(AX), CX
	JNE  slow
	MOVQ native_hi(AX), CX
	CMPQ G_HI(R14), CX
	JNE  slow
	MOVQ native_size(AX), R11
	ADDQ DI, R11
	MOVQ G_PANIC(R14), CX
	DECQ CX                         // none becomes the largest address
	CMPQ CX, R11
	JCS  slow
	MOVQ G_DEFER(R14), CX
	TESTQ CX, CX
	JZ   go
	CMPQ DEFER_SP(CX), R11
	JCS  slow
go:
	JMP  ·freeze(SB)
slow:
	MOVQ ·yieldSlow(SB), DX
	JMP  (DX)

// commit(c *Core) suspends c from yieldNative, which has just decoded what capture copied.
// It drops the frames of yieldNative and yieldSlow, as if Yield's call of leave had only
// now begun. If the stack has moved since capture, so do the saved words.
TEXT ·commitABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (BP), CX
	JMP  drop
drop:
	LEAQ 8(CX), SP
	MOVQ (CX), BP
	LEAQ 16(CX), DI
	MOVQ native_size(AX), R11
	MOVQ G_HI(R14), DX
	SUBQ native_hi(AX), DX
	JEQ  same
	ADDQ DX, native_hi(AX)
	ADDQ DX, native_lo(AX)
	MOVQ native_frames(AX), SI
	MOVQ R11, CX
	RELOCATE(block, bit, next)
	MOVQ native_size(AX), R11
same:
	ADDQ DI, R11
	JMP  ·freeze(SB)

// freeze verifies that the frames in [DI, R11) differ from the saved ones in nothing but
// scalars and heap pointers, notes the pointers, copies the frames out and returns from
// enter. SP and BP are as at leave's entry, so that until the copy begins it can give up
// and become a call of yieldSlow.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ native_frames(AX), SI
	MOVQ native_ptrs(AX), BX
	LEAQ MASKS(SI), R10
	MOVQ DI, R9
	MOVQ SI, R12
block:
	MOVQ MASK_SAME(R10), R8
	TESTQ R8, R8
	JZ   live
same:
	BSFQ R8, CX
	MOVQ (R9)(CX*8), DX
	CMPQ DX, (R12)(CX*8)
	JNE  slow
	LEAQ -1(R8), CX
	ANDQ CX, R8
	JNZ  same
live:
	MOVQ MASK_LIVE(R10), R8
	TESTQ R8, R8
	JZ   next
pointer:
	BSFQ R8, CX
	MOVQ (R9)(CX*8), DX
	CMPQ DX, (R12)(CX*8)            // the saved word is what ptrs hold
	JNE  changed
kept:
	ADDQ $8, BX
	LEAQ -1(R8), CX
	ANDQ CX, R8
	JNZ  pointer
next:
	ADDQ $512, R9
	ADDQ $512, R12
	SUBQ $24, R10
	CMPQ R9, R11
	JCS  block

	MOVQ native_size(AX), CX
copy:
	COPY(DI, SI, loop, tail, odd, copied)
copied:
	CMPB native_special(AX), $0
	JEQ  out
	JMP  special
out:
	MOVQ $const_ownerNone, native_owner(AX)
	MOVQ 16(R11), BP
	MOVQ 24(R11), CX
	LEAQ 32(R11), SP
	CMPB native_pulls(AX), $0
	JNE  pulls
	MOVL $1, AX
	JMP  CX
pulls:
	MOVQ Core__size(AX), AX
	MOVL $1, BX
	JMP  CX

	// A plain store into memory that the collector looks at is right only while no
	// barrier is wanted, and only of a pointer that does not lead into a stack.
changed:
	CMPL runtime·writeBarrier(SB), $0
	JNE  slow
	CMPQ DX, G_LO(R14)
	JCS  heap
	CMPQ DX, G_HI(R14)
	JCS  slow
heap:
	MOVQ DX, (BX)
	MOVQ DX, (R12)(CX*8)            // or, if freeze gives up, a later one would not see it
	JMP  kept
slow:
	MOVQ ·yieldSlow(SB), DX
	JMP  (DX)

	// Cut the coroutine's defers and panics off the goroutine's chains.
special:
	MOVQ native_links(AX), BX
	TESTQ BX, BX
	JZ   out
	MOVQ links_panicLink(BX), CX
	TESTQ CX, CX
	JZ   defers
	MOVQ -1(DI)(CX*1), DX
	MOVQ DX, G_PANIC(R14)
defers:
	MOVQ links_records(BX), SI
	MOVQ (links_records+8)(BX), CX
	TESTQ CX, CX
	JZ   out
defer:
	MOVQ record_heap(SI), R8
	TESTQ R8, R8
	JNZ  heaprec
	MOVQ record_off(SI), R8
	MOVQ DEFER_LINK(DI)(R8*1), DX
	JMP  nextdefer
heaprec:
	MOVQ DEFER_LINK(R8), DX
	MOVQ $0, DEFER_LINK(R8)         // it could point into the stack; ptrs hold what it held
nextdefer:
	ADDQ $record__size, SI
	DECQ CX
	JNZ  defer
	MOVQ DX, G_DEFER(R14)
	JMP  out

// capture(c *Core) uintptr, called by yieldNative, copies the frames from Yield's caller up
// to enter as they are, with their address, size, resume PC and frame pointer, and the
// bottom of the stack in the word below them. It returns 0; or the bytes needed if the
// room does not suffice; or all ones if c does not run on this goroutine.
TEXT ·captureABI(SB), NOSPLIT|NOFRAME, $0-0
	CMPQ native_owner(AX), R14
	JNE  foreign
	MOVQ (BP), BX                   // yieldSlow's frame pointer
	LEAQ 16(BX), DI
	MOVQ G_HI(R14), R11             // enter's SP keeps its distance from the top
	SUBQ native_hi(AX), R11
	ADDQ native_lo(AX), R11
	ADDQ native_size(AX), R11
	MOVQ R11, CX
	SUBQ DI, CX
	CMPQ CX, native_cap(AX)
	JHI  need
	MOVQ G_HI(R14), DX
	MOVQ DX, native_hi(AX)
	MOVQ DI, native_lo(AX)
	MOVQ CX, native_size(AX)
	MOVQ 8(BX), DX
	MOVQ DX, native_pc(AX)
	MOVQ (BX), DX
	SUBQ DI, DX
	MOVQ DX, native_bp(AX)
	MOVQ native_frames(AX), SI
copy:
	COPY(DI, SI, loop, tail, odd, copied)
copied:
	MOVQ G_LO(R14), DX
	MOVQ DX, -8(SI)
	XORL AX, AX
	RET
need:
	MOVQ CX, AX
	RET
foreign:
	MOVQ $-1, AX
	RET

// chains() (g, top uintptr, defers, panics unsafe.Pointer) returns the goroutine, the top
// of its stack and the heads of its chains.
TEXT ·chainsABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R14, AX
	MOVQ G_HI(R14), BX
	MOVQ G_DEFER(R14), CX
	MOVQ G_PANIC(R14), DI
	RET

// innermost() *Core returns the coroutine that this goroutine runs, by the frame pointers:
// the first frame that returns into enter; nil if there is none.
TEXT ·innermostABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ BP, CX
	MOVQ ·enterPC(SB), DX
frame:
	CMPQ CX, SP
	JCS  none
	CMPQ CX, G_HI(R14)
	JCC  none
	CMPQ 8(CX), DX
	JEQ  found
	MOVQ (CX), CX
	JMP  frame
found:
	MOVQ 24(CX), AX
	RET
none:
	XORL AX, AX
	RET

// func addresses(p *[8]uintptr) stores where the above begin.
TEXT ·addresses(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	LEAQ ·enterABI(SB), CX
	MOVQ CX, 0(AX)
	LEAQ ·leaveABI(SB), CX
	MOVQ CX, 8(AX)
	LEAQ ·commitABI(SB), CX
	MOVQ CX, 16(AX)
	LEAQ ·captureABI(SB), CX
	MOVQ CX, 24(AX)
	LEAQ ·chainsABI(SB), CX
	MOVQ CX, 32(AX)
	LEAQ ·innermostABI(SB), CX
	MOVQ CX, 40(AX)
	LEAQ ·nextABI(SB), CX
	MOVQ CX, 48(AX)
	LEAQ ·giveABI(SB), CX
	MOVQ CX, 56(AX)
	RET
