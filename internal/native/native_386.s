//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"
#include "asm_386.h"

// The native engine's assembly for 386: everything that must happen with no
// safepoint between its steps. Assembly is never preempted, so from one CALL to the next
// the stack does not move, the write barrier does not change, and no one looks at it.
//
// A running coroutine is an ordinary nested call on its goroutine's stack:
//
//	          | resumer            |
//	          | result             |  20(SP) of enter: whether c yielded
//	          | c                  |  16(SP)
//	          | return address     |  into Resume's caller
//	          | *Core              |  8(SP) of enter, for inside and the collector
//	          | a callee's result  |  4(SP)
//	          | its argument       |  0(SP): main's; c, as long as nobody has changed it
//	lo+size → +--------------------+  enter's SP; saved frames end here
//	          | return address     |  into enter
//	          | main's frame       |
//	          | body's frame       |
//	          | ... Yield's caller |
//	          | c                  |  leave's argument
//	     lo → +--------------------+
//	          | return address     |  of the call of leave: layout.pc
//
// Arguments and results are on the stack, DX is the closure, the g is in thread-local memory. No
// register survives a call, so none is saved. Code that may be loaded anywhere calls a thunk to
// read a variable: that changes CX, unless the variable is moved to a register, and the word
// below SP, where a coroutine's frames may be: no variable is read while they are.

#define G_LO const_gLo
#define G_HI const_gHi
#define G_PANIC const_gPanic
#define G_DEFER const_gDefer
#define ROOM const_room

// enter(c *Core) bool resumes c. It never writes SP, so that the unwinder accepts it as
// the caller of main (runtime/traceback.go: resolveInternal). While c runs nobody else may have it:
// the collector sees it in enter's frame.
TEXT ·enterABI(SB), NOSPLIT, $12-0
	FUNCDATA $FUNCDATA_LocalsPointerMaps, ·enterLocals·args_stackmap<>(SB)
	LEAL 12(SP), SI                 // vet takes 16(SP) for a mistake
	MOVL 4(SI), AX
	MOVL AX, 0(SP)
	MOVL AX, 8(SP)
	G(BP)
	MOVL AX, CX
	MOVL $const_ownerNone, AX
	LOCK                            // of two at once one gets c, before it has read or written anything of it
	CMPXCHGL BP, core_Owner(CX)
	XCHGL AX, CX                    // whose it was
	JNE  other
claimed:
	MOVL core_Layout(AX), BX
	MOVL layout_size(BX), CX
	MOVL SP, DI
	SUBL CX, DI
	MOVL SP, DX
	SUBL G_LO(BP), DX
	LEAL ROOM(CX), SI
	CMPL DX, SI
	JLS  back
	CMPL SP, const_gGuard(BP)
	JLS  back                       // this goroutine is asked to stop
	CMPL core_Lo(AX), DI
	JNE  elsewhere
	JMP  ·thaw(SB)
elsewhere:
	MOVL DI, 0(SP)
	MOVL AX, 4(SP)
	MOVL ·relocate(SB), DX
	MOVL (DX), CX
	CALL CX
	MOVL 8(SP), AX
	MOVL AX, 0(SP)
	MOVL core_Layout(AX), BX
	MOVL layout_size(BX), CX
	MOVL SP, DI
	SUBL CX, DI
	JMP  ·thaw(SB)
other:
	CMPL CX, $const_ownerNew
	JNE  seat
	XCHGL AX, CX
	LOCK
	CMPXCHGL BP, core_Owner(CX)
	MOVL CX, AX
	JNE  slow
	MOVL SP, core_Lo(AX)            // where its frames, which are none yet, begin: frozen counts from there
run:
	MOVL core_Main(AX), DX
	MOVL (DX), CX
	CALL CX
	LEAL 12(SP), SI
	MOVB $0, 8(SI)
	RET
seat:
#ifdef GOOS_linux
	CMPL CX, $const_ownerParked
	JEQ  parked
	CMPL CX, $const_ownerStart
	JEQ  start
	CMPL CX, $const_ownerHired
	JNE  slow
	MOVL core_Ext(AX), BX
	CMPL X_G(BX), BP                // or another goroutine comes while its worker is about to run it
	JNE  slow
	MOVL BP, core_Owner(AX)
	TESTB $const_flagMoving, core_Flags(AX)
	JEQ  run
	JMP  claimed
#else
	JMP  slow
#endif
back:
	TESTB $const_flagMoving, core_Flags(AX)
	JNE  unmoved
	MOVL $const_ownerNone, core_Owner(AX)
slow:
	MOVL ·resumeSlow(SB), DX
	MOVL (DX), CX
	CALL CX
	MOVBLZX 4(SP), AX
	LEAL 12(SP), SI
	MOVB AX, 8(SI)
	RET
#ifdef GOOS_linux
start:
	MOVL ·start(SB), DX
	MOVL (DX), CX
	CALL CX
	G(BP)
	MOVL 8(SP), AX
parked:
	MOVL core_Ext(AX), BX
	MOVL X_G(BX), DX
	CMPL SP, const_gGuard(BP)
	JLS  slow
	MOVL AX, CX
	MOVL $const_ownerParked, AX
	LOCK
	CMPXCHGL DX, core_Owner(CX)
	MOVL CX, AX
	JNE  slow
	GUARD(held)
	JMP  ·handIn(SB)
held:
	MOVL $const_ownerParked, core_Owner(AX)
	JMP  slow
#endif
unmoved:
	MOVL $const_ownerHired, core_Owner(AX)
	RET                             // its worker makes room, and tries again

// quit(depth uintptr) returns from enter, whose SP is depth bytes below the top of the stack, as if main had
// returned to it. Whatever is in progress below is abandoned: it is cut off the goroutine's chains.
TEXT ·quitABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVL 4(SP), AX
	G(BP)
	MOVL G_HI(BP), DI
	SUBL AX, DI
	MOVL G_PANIC(BP), DX
	JMP  panics
panics:
	TESTL DX, DX
	JEQ  outer
	CMPL DX, DI
	JCC  outer
	MOVL const_panicLink(DX), DX
	JMP  panics
outer:
	MOVL DX, G_PANIC(BP)
	MOVL G_DEFER(BP), DX
defers:
	TESTL DX, DX
	JEQ  out
	CMPL deferRecord_SP(DX), DI
	JCC  out
	MOVL DX, SI
	MOVL deferRecord_Link(DX), DX
	MOVL $0, deferRecord_Link(SI)   // it could point into the stack
	JMP  defers
out:
	MOVL DX, G_DEFER(BP)
	LEAL 16(DI), SP
	MOVL 12(DI), CX
	MOVB $0, 20(DI)
	JMP  CX

// cutTo(sp, bp, pc uintptr) calls closeDown as the function would that goes on at pc, and whose SP that is. The frames further in
// are gone.
TEXT ·cutToABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVL 4(SP), AX
	MOVL 12(SP), CX
	MOVL CX, -4(AX)
	LEAL -4(AX), SP
	MOVL ·closeBody(SB), DX
	MOVL (DX), CX
	JMP  CX

// thaw continues enter: it copies CX bytes of frames back to [DI, SP) and jumps to where Yield
// was called. AX is c, BX its layout, SP is enter's.
TEXT ·thaw(SB), NOSPLIT|NOFRAME, $0-0
	MOVL core_Frames(AX), SI
	COPY(SI, DI, two, few, wide, pieces, copied)
copied:
	MOVL layout_pc(BX), CX
	TESTB $const_flagSpecial, core_Flags(AX)
	JNE  special
	MOVL DI, SP
	JMP  CX
special:
	// There is more to do than assembly should: as if the body had called wakeFrame instead of leave.
	MOVL CX, -4(DI)
	LEAL -4(DI), SP
	JMP  ·wakeFrame(SB)

// wakeFrame calls wake, whose argument is in AX.
TEXT ·wakeFrame(SB), NOSPLIT, $8-0
	NO_LOCAL_POINTERS
	MOVL AX, 0(SP)                  // c, which main's frame keeps alive
	MOVL ·wake(SB), DX
	MOVL (DX), CX
	CALL CX
	RET  ·woke(SB)

// woke returns from leave by a jump, which has no return of the processor's mispredicted. The word is POPL CX, of which the
// assembler is not told: it would take SP to be elsewhere in what follows.
TEXT ·woke(SB), NOSPLIT|NOFRAME, $0-0
	BYTE $0x59
	JMP  CX

// leave(c *Core) suspends c: by refreeze, or by a hand-over if it is standalone.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVL 4(SP), AX
	G(BP)
#ifdef GOOS_linux
	CMPL core_Lo(AX), $const_loStandalone
	JNE  shared
	JMP  ·handOut(SB)
shared:
#endif
	LEAL -const_stackLeft(SP), CX
	CMPL CX, G_LO(BP)
	JCS  low
	JMP  ·refreeze(SB)
low:
	MOVL ·yieldLow(SB), DX
	MOVL (DX), CX
	JMP  CX

// refreeze has frozen see whether the frames are known. If so, freeze does the rest, and else again. BP is the g. Its
// frame, with leave's return address on top:
//
//	| c                                 |  32(SP): lo, the top of Yield's caller's frame
//	| where it continues                |  28(SP)
//	| frozen's results                  |  20(SP)
//	| its arguments                     |  (SP)
TEXT ·refreeze(SB), NOSPLIT, $28-0
	NO_LOCAL_POINTERS
	LEAL 28(SP), SI
	LEAL 4(SI), DI
	MOVL AX, 0(SP)                  // main's frame keeps c alive
	MOVL DI, 4(SP)
	MOVL BP, 8(SP)
	MOVL (SI), CX
	MOVL CX, 12(SP)
	MOVL DI, 16(SP)                 // there is no frame pointer
	MOVL ·freezeKnown(SB), DX
	MOVL (DX), CX
	CALL CX
	LEAL 28(SP), DI
	ADDL $4, DI
	MOVL (DI), AX
	MOVL 20(SP), BX
	TESTL BX, BX
	JEQ  slow
	JMP  ·freeze(SB)
slow:
	RET  ·again(SB)

// again calls yieldNative and then leave once more; or returns from leave, if yieldNative says
// so. It is what leave becomes that can't go on. Its frame, with leave's return address on top:
//
//	| c                                 |  24(SP): the top of Yield's caller's frame
//	| where it continues                |  20(SP)
//	| yieldNative's arguments, result   |  (SP)
TEXT ·again(SB), NOSPLIT, $20-0
	NO_LOCAL_POINTERS
	MOVL AX, 0(SP)                  // main's frame keeps c alive
	G(BP)
	MOVL G_HI(BP), CX
	LEAL 20(SP), SI
	LEAL 4(SI), DX
	SUBL DX, CX
	MOVL CX, 4(SP)
	MOVL (SI), CX
	MOVL CX, 8(SP)
	MOVL 4(SP), CX
	MOVL CX, 12(SP)                 // there is no frame pointer
	MOVL ·yieldNative(SB), DX
	MOVL (DX), CX
	CALL CX
	CMPB 16(SP), $0
	JEQ  done
	RET  ·retry(SB)
done:
	RET

TEXT ·retry(SB), NOSPLIT|NOFRAME, $0-0
	MOVL ·leave(SB), DX             // to the linker a jump would be endless recursion
	MOVL (DX), CX
	JMP  CX

// freeze copies the frames in [DI, BX) out and returns from enter. AX is c, and refreeze's frame is still below DI: there
// is what c's owner is to be.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	MOVL core_Layout(AX), CX
	MOVL layout_size(CX), CX
	MOVL core_Frames(AX), SI
	COPY(DI, SI, two, few, wide, pieces, copied)
copied:
	MOVL -8(DI), CX
	MOVL 12(BX), DX
	LEAL 16(BX), SP
	MOVB $1, 20(BX)
	MOVL CX, core_Owner(AX)         // only now: another goroutine may have it from here on
	JMP  DX

// look() returns what native.go says: the goroutine, the bounds of its stack, the heads of its
// chains, and no frame pointer.
TEXT ·lookABI(SB), NOSPLIT|NOFRAME, $0-0
	G(CX)
	MOVL CX, 4(SP)
	MOVL G_LO(CX), AX
	MOVL AX, 8(SP)
	MOVL G_HI(CX), AX
	MOVL AX, 12(SP)
	MOVL G_DEFER(CX), AX
	MOVL AX, 16(SP)
	MOVL G_PANIC(CX), AX
	MOVL AX, 20(SP)
	MOVL $0, 24(SP)
	RET

// here() returns how far its caller's frame is from the top of the stack, and where that goes on.
TEXT ·hereABI(SB), NOSPLIT|NOFRAME, $0-0
	G(CX)
	MOVL G_HI(CX), AX
	LEAL 4(SP), DX
	SUBL DX, AX
	MOVL AX, 4(SP)
	MOVL 0(SP), AX
	MOVL AX, 8(SP)
	RET

// The map of enter's three words says that the third is a pointer (runtime/symtab.go: stackmap). By the end
// of its name the linker knows that it is such a map (cmd/link/internal/ld/symtab.go).
DATA ·enterLocals·args_stackmap<>+0(SB)/4, $1
DATA ·enterLocals·args_stackmap<>+4(SB)/4, $3
DATA ·enterLocals·args_stackmap<>+8(SB)/4, $4
GLOBL ·enterLocals·args_stackmap<>(SB), RODATA, $12

DATA ·table<>+0(SB)/4, $·enterABI(SB)
DATA ·table<>+4(SB)/4, $·leaveABI(SB)
DATA ·table<>+8(SB)/4, $·lookABI(SB)
DATA ·table<>+12(SB)/4, $runtime·writeBarrier(SB)
DATA ·table<>+16(SB)/4, $·cutToABI(SB)
DATA ·table<>+24(SB)/4, $·thaw(SB)
DATA ·table<>+28(SB)/4, $·quitABI(SB)
GLOBL ·table<>(SB), RODATA, $32

// func codes() *[8]uintptr returns where the above begin.
TEXT ·codes(SB), NOSPLIT, $0-4
	LEAL ·table<>(SB), AX
	MOVL AX, ret+0(FP)
	RET

DATA ·place<>+0(SB)/4, $·hereABI(SB)
GLOBL ·place<>(SB), RODATA, $4

// func hereCode() *uintptr returns where hereABI begins.
TEXT ·hereCode(SB), NOSPLIT, $0-4
	LEAL ·place<>(SB), AX
	MOVL AX, ret+0(FP)
	RET
