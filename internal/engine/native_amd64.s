//go:build gc && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"
#include "guard_amd64.h"

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
// What Go calls here it calls through func values made of the addresses in codes (native.go),
// which skips the wrappers that the ABI0 of assembly would get.

#define G_LO 0
#define G_HI 8
#define G_PANIC 32
#define G_DEFER 40
#define DEFER_SP 8
#define DEFER_LINK 32

// The fields of a Core, whose native part comes last.
#define C_PTRS (Core_native+native_ptrs)
#define C_LINKS (Core_native+native_links)
#define C_OWNER (Core_native+native_owner)
#define C_PC (Core_native+native_pc)
#define C_LO (Core_native+native_lo)
#define C_SIZE (Core_native+native_size)
#define C_HI (Core_native+native_hi)
#define C_BP (Core_native+native_bp)
#define C_FRAMES (Core_native+native_frames)
#define C_SPECIAL (Core_native+native_special)
#define C_PULLS (Core_native+native_pulls)
#define C_REST (Core_native+native_rest)
#define C_MOVING (Core_native+native_moving)
#define C_CAP (Core_native+native_cap)

// Where the masks of the first 64 words are: below the saved words.
#define MASKS -24
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
	MOVQ C_OWNER(AX), CX
	TESTQ CX, CX
	JNZ  other
	MOVQ SP, DI
	SUBQ C_SIZE(AX), DI
	MOVQ DI, DX
	SUBQ ·room(SB), DX
	CMPQ DX, G_LO(R14)
	JLE  slow                       // signed: DX may be below zero
	JMP  ·thaw(SB)
other:
	CMPQ CX, $const_ownerNew
	JNE  seat
	MOVQ R14, C_OWNER(AX)
	MOVB $const_Running, Core_status(AX)
	MOVQ G_HI(R14), CX
	MOVQ CX, C_HI(AX)
	MOVQ C_SIZE(AX), CX             // the frames of its former life may fit again
	MOVQ SP, DX
	SUBQ CX, DX
	MOVQ C_LO(AX), SI
	MOVQ DX, C_LO(AX)
	TESTQ CX, CX
	JZ   run
	SUBQ SI, DX
	JZ   run
	MOVQ C_FRAMES(AX), SI
	RELOCATE(block, bit, next)
run:
	MOVQ Core_main(AX), DX
	CALL (DX)
	XORL AX, AX
	XORL BX, BX                     // for next: the zero value, false
	RET
seat:
	CMPQ CX, $const_ownerParked
	JEQ  parked
slow:
	MOVQ ·resumeSlow(SB), DX
	CMPB C_PULLS(AX), $0
	JEQ  call
	MOVQ ·pullSlow(SB), DX
call:
	CALL (DX)                       // nothing keeps c from being collected behind this
	RET
parked:
#ifdef GOOS_linux
	MOVQ C_HI(AX), DX
	GUARD(slow)
	JMP  ·handIn(SB)
#else
	JMP  slow
#endif

// nextABI() (V, bool) is the code of a next function: enter of the coroutine in its closure.
TEXT ·nextABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (handle_core-handle_next)(DX), AX
	JMP  ·enterABI(SB)

// stopABI() is the code of its stop function.
TEXT ·stopABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (handle_core-handle_stop)(DX), AX
	CMPQ C_OWNER(AX), $const_ownerNone
	JNE  slow
	MOVB $1, Core_stopped(AX)
	MOVB $1, C_SPECIAL(AX)
	JMP  ·enterABI(SB)
slow:
	JMP  ·stopFrame(SB)

// stopFrame calls Stop. A Go function may spill a register argument into its caller's frame,
// and the caller of stop, which has no argument, has no room for it.
TEXT ·stopFrame(SB), NOSPLIT, $8-0
	NO_LOCAL_POINTERS
	MOVQ ·stopSlow(SB), DX
	CALL (DX)
	RET

// giveABI(v V) bool is the code of the yield function that goes with it: leave, as if the
// sequence had called it itself. thaw returns what it returns.
TEXT ·giveABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (handle_core-handle_yield)(DX), CX
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
	MOVQ R14, C_OWNER(AX)
	MOVQ G_HI(R14), DX
	MOVQ DX, C_HI(AX)
	MOVQ C_FRAMES(AX), SI
	MOVQ C_SIZE(AX), CX
	CMPQ C_LO(AX), DI
	JEQ  copy
	JMP  move
copy:
	COPY(SI, DI, loop, tail, odd, copied)
copied:
	CMPB C_SPECIAL(AX), $0
	JNE  special
	MOVQ C_BP(AX), BP
	ADDQ DI, BP
	MOVQ DI, SP
	MOVQ C_PC(AX), CX
	MOVL $1, AX                     // what a yield function returns
	JMP  CX

	// The frames were somewhere else: add the difference to every word that holds an
	// address in them. The saved words and lo change together, so that each word is
	// always relocated for lo, whatever comes later.
move:
	MOVQ DI, DX
	SUBQ C_LO(AX), DX
	MOVQ DI, C_LO(AX)
	RELOCATE(block, bit, next)
	JMP  copy

	// Defers and panics of the coroutine go in front of the resumer's: see links in native.go.
special:
	MOVB $0, C_SPECIAL(AX)
	MOVQ C_PC(AX), R12
	MOVQ C_LINKS(AX), BX
	TESTQ BX, BX
	JZ   linked
	MOVQ $0, C_PC(AX)               // leave takes the slow path next time
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
	MOVQ C_BP(AX), BP
	ADDQ DI, BP
	MOVQ DI, SP
	CMPB C_MOVING(AX), $0
	JNE  moving
	CMPB Core_closing(AX), $0
	JEQ  resume
	MOVQ $0, C_PC(AX)
	JMP  closing
moving:
	// It has come to a worker, to stay: see moveToWorker.
	MOVB $0, C_MOVING(AX)
	MOVB $1, C_SPECIAL(AX)
	MOVQ C_CAP(AX), CX
	MOVQ CX, C_PC(AX)
	MOVQ $const_loStandalone, C_LO(AX)
	MOVQ R14, C_HI(AX)
	CMPB Core_closing(AX), $0
	JNE  closing
resume:
	CMPB Core_stopped(AX), $1
	SBBL AX, AX
	NEGL AX                         // 1 if it is not stopped
	JMP  R12
closing:
	// As if the body had called throwClosed instead of leave.
	MOVQ R12, -8(DI)
	LEAQ -8(DI), SP
	MOVQ ·throwClosed(SB), DX
	JMP  (DX)

// leave(c *Core) suspends c if its frames are laid out as they were the last time and no
// defer or panic is among them, but for those that a decoding has just found; otherwise it
// prepares that, and begins again.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ 8(SP), DI
	MOVQ 0(SP), CX
	CMPQ C_OWNER(AX), R14
	JNE  slow
	CMPQ C_LO(AX), DI
	JNE  slow
	CMPQ C_PC(AX), CX
	JNE  slow
	MOVQ C_HI(AX), CX
	CMPQ G_HI(R14), CX
	JNE  slow
	MOVQ C_SIZE(AX), R11
	ADDQ DI, R11
	MOVQ G_PANIC(R14), CX
	DECQ CX                         // none becomes the largest address
	CMPQ CX, R11
	JCS  linked
	MOVQ G_DEFER(R14), CX
	TESTQ CX, CX
	JZ   go
	CMPQ DEFER_SP(CX), R11
	JCS  linked
go:
	JMP  ·freeze(SB)
linked:
	CMPB C_SPECIAL(AX), $0
	JNE  go
slow:
	CMPQ C_LO(AX), $const_loStandalone
	JEQ  seat
	JMP  ·again(SB)
seat:
#ifdef GOOS_linux
	JMP  ·handOut(SB)
#else
	JMP  ·again(SB)
#endif

// again calls yieldNative and then leave once more; or returns from leave, if yieldNative says
// so. It is what leave becomes that can't go on. Its frame, with leave's return address on top:
//
//	| Yield's caller's frame |  16(BP)
//	| where it continues     |  8(BP)
//	| its BP                 |  (BP)
//	| c                      |  32(SP)
//	| yieldNative's spills   |  (SP)
TEXT ·again(SB), NOSPLIT, $40-0
	NO_LOCAL_POINTERS
	MOVQ AX, 32(SP)                 // main's frame keeps c alive
	MOVQ G_HI(R14), BX
	MOVQ BX, DI
	LEAQ 16(BP), CX
	SUBQ CX, BX
	SUBQ (BP), DI
	MOVQ 8(BP), CX
	MOVQ ·yieldNative(SB), DX
	CALL (DX)
	TESTB AX, AX
	MOVQ 32(SP), AX
	JEQ  done
	RET  ·retry(SB)
done:
	CMPB Core_stopped(AX), $1
	SBBL AX, AX
	NEGL AX                         // what a yield function returns
	RET

TEXT ·retry(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ ·leave(SB), DX             // to the linker a jump would be endless recursion
	JMP  (DX)

// freeze verifies that the frames in [DI, R11) differ from the saved ones in nothing but
// scalars and heap pointers, notes the pointers, copies the frames out and returns from
// enter. SP and BP are as at leave's entry, so that until the copy begins it can give up.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ C_FRAMES(AX), SI
	MOVQ C_PTRS(AX), BX
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

	MOVQ C_SIZE(AX), CX
copy:
	COPY(DI, SI, loop, tail, odd, copied)
copied:
	CMPB C_SPECIAL(AX), $0
	JEQ  out
	JMP  special
out:
	MOVQ C_REST(AX), CX
	MOVQ CX, C_OWNER(AX)
	MOVQ 16(R11), BP
	MOVQ 24(R11), CX
	LEAQ 32(R11), SP
	CMPB C_PULLS(AX), $0
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
	JMP  ·again(SB)

	// Cut the coroutine's defers and panics off the goroutine's chains.
special:
	MOVQ C_LINKS(AX), BX
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

// look() returns what native.go says: the goroutine, the bounds of its stack, the heads of its
// chains, and its frame pointer.
TEXT ·lookABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R14, AX
	MOVQ G_LO(R14), BX
	MOVQ G_HI(R14), CX
	MOVQ G_DEFER(R14), DI
	MOVQ G_PANIC(R14), SI
	MOVQ BP, R8
	RET

DATA ·table<>+0(SB)/8, $·enterABI(SB)
DATA ·table<>+8(SB)/8, $·leaveABI(SB)
DATA ·table<>+16(SB)/8, $·lookABI(SB)
DATA ·table<>+24(SB)/8, $·nextABI(SB)
DATA ·table<>+32(SB)/8, $·giveABI(SB)
DATA ·table<>+40(SB)/8, $·stopABI(SB)
DATA ·table<>+48(SB)/8, $·freeze(SB)
GLOBL ·table<>(SB), RODATA, $56

// func codes() *[7]uintptr returns where the above begin.
TEXT ·codes(SB), NOSPLIT, $0-8
	LEAQ ·table<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET
