//go:build gc && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly) && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"
#include "asm_amd64.h"

// The native engine's assembly for amd64: everything that must happen with no
// safepoint between its steps. Assembly is never preempted, so from one CALL to the next
// the stack does not move, the write barrier does not change, and no one looks at it.
//
// A running coroutine is an ordinary nested call on its goroutine's stack:
//
//	          | resumer            |
//	          | return address     |  into Resume's caller
//	          | saved BP           |
//	          | *Core              |  8(SP) of enter, for inside and the collector
//	          | spill              |  0(SP) of enter: a callee's register argument
//	lo+size → +--------------------+  enter's SP; saved frames end here
//	          | return address     |  into enter
//	          | main's frame       |
//	          | body's frame       |
//	          | ... Yield's caller |
//	     lo → +--------------------+
//	          | return address     |  of the call of leave: layout.pc
//
// Register ABI: AX is the first argument and result, DX the closure, R14 the g, X15 zero,
// BP the frame pointer. Nothing else survives a call, so nothing else is saved.
// What Go calls here it calls through func values made of the addresses in codes (native.go),
// which skips the wrappers that the ABI0 of assembly would get.

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

// COPY copies CX bytes, a multiple of 8, downwards: few of them a word at a time, since a word that
// was stored a moment ago is loaded soonest by itself, and many in pieces of 32 and at last one of 16 and
// one of 8. It reads nothing below src: there the call of leave has just stored its return address, for
// which a load of twice its width would have to wait. X15 stays zero.
#define COPY(src, dst, four, few, one, wide, pieces, odd, done) \
	CMPQ CX, ·narrow(SB); \
	JHI  wide; \
	SUBQ $32, CX; \
	JLT  few; \
four: \
	MOVQ 24(src)(CX*1), R8; \
	MOVQ 16(src)(CX*1), R9; \
	MOVQ 8(src)(CX*1), R12; \
	MOVQ 0(src)(CX*1), R13; \
	MOVQ R8, 24(dst)(CX*1); \
	MOVQ R9, 16(dst)(CX*1); \
	MOVQ R12, 8(dst)(CX*1); \
	MOVQ R13, 0(dst)(CX*1); \
	SUBQ $32, CX; \
	JGE  four; \
few: \
	ADDQ $24, CX; \
	JLT  done; \
one: \
	MOVQ (src)(CX*1), R8; \
	MOVQ R8, (dst)(CX*1); \
	SUBQ $8, CX; \
	JGE  one; \
	JMP  done; \
wide: \
	SUBQ $32, CX; \
pieces: \
	VMOVDQU (src)(CX*1), Y0; \
	VMOVDQU Y0, (dst)(CX*1); \
	SUBQ $32, CX; \
	JGE  pieces; \
	VZEROUPPER; \
	TESTB $16, CX; \
	JEQ  odd; \
	MOVUPS 16(src)(CX*1), X0; \
	MOVUPS X0, 16(dst)(CX*1); \
odd: \
	TESTB $8, CX; \
	JEQ  done; \
	MOVQ (src), R8; \
	MOVQ R8, (dst)

// RELOCATE adds DX to the saved words at SI that hold addresses in the frames: those from own
// to move in the list of layout R10.
#define RELOCATE(loop, done) \
	MOVQ layout_offs(R10), R9; \
	MOVL layout_own(R10), R12; \
	MOVL layout_move(R10), R11; \
	CMPQ R12, R11; \
	JEQ  done; \
loop: \
	MOVL (R9)(R12*1), R8; \
	ADDQ DX, (SI)(R8*1); \
	ADDQ $4, R12; \
	CMPQ R12, R11; \
	JNE  loop

// enter(c *Core) bool resumes c. It never writes SP, so that the unwinder accepts it as
// the caller of main (runtime/traceback.go: resolveInternal). While c runs nobody else may have it:
// the collector sees it in enter's frame.
TEXT ·enterABI(SB), NOSPLIT, $16-0
	FUNCDATA $FUNCDATA_LocalsPointerMaps, ·enterLocals·args_stackmap<>(SB)
	MOVQ AX, 0(SP)
	MOVQ AX, 8(SP)
	MOVQ Core_owner(AX), CX
	TESTQ CX, CX
	JNZ  other
	MOVQ C_LAYOUT(AX), R10
	MOVQ layout_size(R10), CX
	MOVQ SP, DI
	SUBQ CX, DI
	LEAQ -ROOM(DI), DX
	CMPQ DX, G_LO(R14)
	JLE  slow                       // signed: DX may be below zero
	CMPQ SP, const_gGuard(R14)
	JLS  slow                       // this goroutine is asked to stop
	JMP  ·thaw(SB)
other:
	CMPQ CX, $const_ownerNew
	JNE  seat
	MOVQ R14, Core_owner(AX)
	MOVQ C_LAYOUT(AX), R10          // the frames of its former life may fit again
	MOVQ C_FRAMES(AX), SI
	MOVQ SP, DX
	SUBQ layout_size(R10), DX
	MOVQ DX, CX
	SUBQ C_LO(AX), DX
	JZ   run
	MOVQ CX, C_LO(AX)
	RELOCATE(loop, run)
run:
	MOVQ Core_main(AX), DX
	CALL (DX)
	XORL AX, AX
	XORL BX, BX                     // for next: the zero value, false
	RET
seat:
#ifdef GOOS_linux
	CMPQ CX, $const_ownerParked
	JEQ  parked
	CMPQ CX, $const_ownerStart
	JEQ  start
#endif
slow:
	MOVQ ·resumeSlow(SB), DX
	TESTB $const_flagPulls, C_FLAGS(AX)
	JEQ  call
	MOVQ ·pullSlow(SB), DX
call:
	CALL (DX)
	RET
#ifdef GOOS_linux
start:
	MOVQ ·start(SB), DX
	CALL (DX)
	MOVQ 8(SP), AX
parked:
	MOVQ Core_ext(AX), BX
	MOVQ X_G(BX), DX
	CMPQ SP, const_gGuard(R14)
	JLS  slow
	GUARD(slow)
	JMP  ·handIn(SB)
#endif

// nextABI() (V, bool) is the code of a next function: enter of the coroutine in its closure.
TEXT ·nextABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (handle_core-handle_next)(DX), AX
	JMP  ·enterABI(SB)

// stopABI() is the code of its stop function.
TEXT ·stopABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (handle_core-handle_stop)(DX), AX
	CMPQ Core_owner(AX), $const_ownerNone
	JNE  slow
	ORB  $(const_flagStopped|const_flagSpecial), C_FLAGS(AX)
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
	TESTB $const_flagStopped, C_FLAGS(CX)
	JNE  stopped
	MOVQ AX, Core__size(CX)         // no pointer: needs no barrier
	MOVQ CX, AX
	JMP  ·leaveABI(SB)
stopped:
	XORL AX, AX
	RET

// thaw continues enter: it copies CX bytes of frames back to [DI, SP) and jumps to where Yield
// was called. AX is c, R10 its layout, SP is enter's.
TEXT ·thaw(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R14, Core_owner(AX)
	MOVQ C_FRAMES(AX), SI
	CMPQ C_LO(AX), DI
	JEQ  copy
	JMP  move
copy:
	MOVQ layout_call(R10), R11
	TESTQ R11, R11
	JNE  outer
all:
	COPY(SI, DI, four, few, one, wide, pieces, odd, copied)
copied:
	TESTQ R11, R11
	JNE  predict
	TESTB $const_flagSpecial, C_FLAGS(AX)
	JNE  special
	MOVQ layout_bp(R10), BP
	ADDQ DI, BP
	MOVQ DI, SP
	MOVQ layout_pc(R10), CX
	MOVL $1, AX                     // what a yield function returns
	JMP  CX

	// The frames were somewhere else: add the difference to every word that holds an
	// address in them. The saved words and lo change together, so that each word is
	// always relocated for lo, whatever comes later.
move:
	MOVQ DI, DX
	SUBQ C_LO(AX), DX
	MOVQ DI, C_LO(AX)
	RELOCATE(reloc, copy)
	JMP  copy

	// The processor predicts that a return goes to where the last call came from. The function
	// that called Yield is going to return soon, to a call that was made before the switch. So
	// that call is made again: R9 is a CALL register, whichever, in the caller's code, and all
	// that it may be hold the address of primed.
	//
	// There the goroutine may be preempted. It is in its caller's frame then, at a call, and all
	// is as it was at the first call, but for the frame below. A signal may overwrite that, and so
	// only the others are copied before.
outer:
	TESTB $const_flagSpecial, C_FLAGS(AX)
	JNE  whole
	MOVQ layout_bp(R10), BX
	ADDQ $16, BX
	ADDQ BX, SI
	ADDQ BX, DI
	SUBQ BX, CX
	JMP  all
whole:
	XORL R11, R11                   // the flag is looked at once: what has been copied depends on it
	JMP  all
predict:
	MOVQ R11, R9
	MOVQ DI, SP
	MOVQ -16(SI), BP
	MOVQ AX, R8
	LEAQ ·primed(SB), AX
	MOVQ AX, BX
	MOVQ AX, CX
	MOVQ AX, DX
	MOVQ AX, SI
	MOVQ AX, DI
	JMP  R9

	// Defers and panics of the coroutine go in front of the resumer's: see links in native.go.
special:
	ANDB $~const_flagSpecial, C_FLAGS(AX)
	MOVQ Core_ext(AX), BX
	TESTQ BX, BX
	JZ   linked
	ADDQ $X_LINKS, BX
	MOVQ links_panicLink(BX), CX
	TESTQ CX, CX
	JZ   defers
	MOVQ $0, C_LO(AX)               // leave takes the slow path next time
	MOVQ G_PANIC(R14), DX
	MOVQ DX, -1(DI)(CX*1)
	MOVQ links_panicHead(BX), CX
	ADDQ DI, CX
	MOVQ CX, G_PANIC(R14)
defers:
	MOVQ links_records(BX), SI
	MOVQ (links_records+8)(BX), CX
	TESTQ CX, CX
	JZ   linked
	MOVQ $0, C_LO(AX)
	MOVQ G_DEFER(R14), DX
	IMULQ $record__size, CX
	ADDQ SI, CX
defer:
	SUBQ $record__size, CX
	MOVQ record_heap(CX), R8
	TESTQ R8, R8
	JNZ  heap
	MOVQ record_off(CX), R8
	ADDQ DI, R8
heap:
	MOVQ DX, deferRecord_link(R8)
	MOVQ record_sp(CX), R9
	ADDQ DI, R9
	MOVQ R9, deferRecord_sp(R8)
	MOVQ R8, DX
	CMPQ CX, SI
	JNE  defer
	MOVQ DX, G_DEFER(R14)
linked:
	MOVQ layout_bp(R10), BP
	ADDQ DI, BP
	MOVQ DI, SP
	MOVQ layout_pc(R10), R12
	MOVBLZX C_FLAGS(AX), CX
	TESTB $const_flagMoving, CX
	JNE  moving
	TESTB $const_flagClosing, CX
	JEQ  resume
	MOVQ $0, C_LO(AX)
	JMP  closing
moving:
	// It has come to a worker, to stay: see moveToWorker.
	ANDB $~const_flagMoving, C_FLAGS(AX)
	ORB  $const_flagSpecial, C_FLAGS(AX)
	MOVQ $const_loStandalone, C_LO(AX)
	TESTB $const_flagClosing, CX
	JNE  closing
resume:
	YIELDED
	JMP  R12
closing:
	// As if the body had called throwClosed instead of leave.
	MOVQ R12, -8(DI)
	LEAQ -8(DI), SP
	MOVQ ·throwClosed(SB), DX
	JMP  (DX)

// primed is what thaw has the caller call: the frame of the function that called Yield is copied,
// and that goes on. R8 is c.
TEXT ·primed(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R8, AX
	JMP  copy                       // vet would take what follows for a BP that is not saved
copy:
	MOVQ C_LAYOUT(AX), R10
	MOVQ C_LO(AX), DI
	MOVQ C_FRAMES(AX), SI
	MOVQ layout_bp(R10), CX
	LEAQ (DI)(CX*1), BP
	MOVQ DI, SP
	ADDQ $8, CX
	COPY(SI, DI, four, few, one, wide, pieces, odd, copied)
copied:
	MOVQ layout_pc(R10), CX
	MOVL $1, AX
	JMP  CX

// leave(c *Core) suspends c if its frames are laid out as they were the last time and no
// defer or panic is among them, but for those that a decoding has just found; otherwise it
// prepares that, and begins again.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ 8(SP), DI
	MOVQ 0(SP), CX
	CMPQ Core_owner(AX), R14
	JNE  slow
	CMPQ C_LO(AX), DI
	JNE  slow
	MOVQ C_LAYOUT(AX), R10
	CMPQ layout_pc(R10), CX
	JNE  slow
	MOVQ layout_size(R10), R11
	ADDQ DI, R11
	MOVQ G_PANIC(R14), CX
	MOVQ G_DEFER(R14), DX
	MOVQ CX, R8
	ORQ  DX, R8
	JNZ  chains
go:
	JMP  ·freeze(SB)
chains:
	DECQ CX                         // none becomes the largest address
	CMPQ CX, R11
	JCS  linked
	TESTQ DX, DX
	JZ   go
	CMPQ deferRecord_sp(DX), R11
	JCC  go
linked:
	TESTB $const_flagSpecial, C_FLAGS(AX)
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
	MOVBLZX C_FLAGS(AX), CX
	YIELDED
	RET

TEXT ·retry(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ ·leave(SB), DX             // to the linker a jump would be endless recursion
	JMP  (DX)

// freeze verifies that the frames in [DI, R11) differ from the saved ones in nothing but
// scalars and heap pointers, notes the pointers, copies the frames out and returns from
// enter. SP and BP are as at leave's entry, so that until the copy begins it can give up.
// R10 is the layout. That the frames end at R11 follows when the return addresses up to
// main's are verified: only enter calls main.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ 32(R11), CX
	CMPQ CX, G_HI(R14)              // another stack may have come to lie here: read nothing above it
	JHI  slow
	CMPQ 8(R11), AX
	JNE  slow
	MOVQ BP, CX
	SUBQ DI, CX
	CMPQ layout_bp(R10), CX
	JNE  slow
	MOVQ C_FRAMES(AX), SI
	MOVQ layout_offs(R10), R9
	MOVL layout_inner(R10), R12
	ADDQ R12, R9
	NEGQ R12
	JZ   compared
same:
	MOVL (R9)(R12*1), CX
	MOVQ (DI)(CX*1), DX
	CMPQ DX, (SI)(CX*1)
	JNE  slow
	ADDQ $4, R12
	JNZ  same
compared:
	MOVQ layout_offs(R10), R9
	MOVL layout_live(R10), CX
	MOVL layout_move(R10), R12
	ADDQ CX, R9
	SUBQ CX, R12
	JZ   noted
	MOVQ SI, BX
live:
	MOVL (R9)(R12*1), CX
	SUBQ $8, BX
	MOVQ (DI)(CX*1), DX
	CMPQ DX, (SI)(CX*1)             // the saved word is what the block's pointer is
	JNE  changed
kept:
	ADDQ $4, R12
	JNZ  live
noted:
	MOVQ layout_size(R10), CX
	COPY(DI, SI, four, few, one, wide, pieces, odd, copied)
copied:
	TESTB $const_flagSpecial, C_FLAGS(AX)
	JNE  special
	MOVQ $const_ownerNone, Core_owner(AX)
out:
	MOVQ 16(R11), BP
	MOVQ 24(R11), CX
	LEAQ 32(R11), SP
	TESTB $const_flagPulls, C_FLAGS(AX)
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
	MOVQ DX, (SI)(CX*1)             // or, if freeze gives up, a later one would not see it
	JMP  kept
slow:
	JMP  ·again(SB)

	// Cut the coroutine's defers and panics off the goroutine's chains.
special:
	MOVL $const_ownerNone, R9
	TESTB $const_flagMove, C_FLAGS(AX)
	JEQ  stays
	ANDB $~const_flagMove, C_FLAGS(AX)
	MOVL $const_ownerMoving, R9
stays:
	MOVQ R9, Core_owner(AX)
	MOVQ Core_ext(AX), BX
	TESTQ BX, BX
	JZ   out
	ADDQ $X_LINKS, BX
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
	MOVQ deferRecord_link(DI)(R8*1), DX
	JMP  nextdefer
heaprec:
	MOVQ deferRecord_link(R8), DX
	MOVQ $0, deferRecord_link(R8)         // it could point into the stack; the block holds what it held
nextdefer:
	ADDQ $record__size, SI
	DECQ CX
	JNZ  defer
	MOVQ DX, G_DEFER(R14)
	JMP  out

// hasAVX reports whether processor and operating system have the registers of 32 bytes (Intel's manual,
// volume 1, 14.3).
TEXT ·hasAVX(SB), NOSPLIT, $0-1
	MOVL $1, AX
	XORL CX, CX
	CPUID
	ANDL $(1<<27|1<<28), CX         // OSXSAVE and AVX
	CMPL CX, $(1<<27|1<<28)
	JNE  no
	XORL CX, CX
	XGETBV
	ANDL $6, AX                     // XMM and YMM are saved
	CMPL AX, $6
no:
	SETEQ ret+0(FP)
	RET

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
	LEAQ ·table<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET
