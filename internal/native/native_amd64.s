//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

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

#define G_LO const_gLo
#define G_HI const_gHi
#define G_PANIC const_gPanic
#define G_DEFER const_gDefer
#define ROOM const_room

// COPY copies CX bytes, a multiple of 8, downwards: few of them a word at a time, since a word that
// was stored a moment ago is loaded soonest by itself, and many in pieces of 32 and at last one of 16 and
// one of 8. It reads nothing below src: there the call of leave has just stored its return address, for
// which a load of twice its width would have to wait. It leaves X0 to X14 alone, which may hold what is yielded.
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
	VMOVDQU (src)(CX*1), Y15; \
	VMOVDQU Y15, (dst)(CX*1); \
	SUBQ $32, CX; \
	JGE  pieces; \
	VZEROUPPER; \
	TESTB $16, CX; \
	JEQ  odd; \
	MOVUPS 16(src)(CX*1), X15; \
	MOVUPS X15, 16(dst)(CX*1); \
odd: \
	XORPS X15, X15; \
	TESTB $8, CX; \
	JEQ  done; \
	MOVQ (src), R8; \
	MOVQ R8, (dst)

// SPEND adds to Spent what a switch has cost, and lets c move if that is enough (see moves in native.go), but not
// while defers or panics are among its frames.
#define SPEND(enough, done) \
	MOVQ core_Layout(AX), CX; \
	MOVQ layout_size(CX), CX; \
	SHRQ $7, CX; \
	MOVBLZX core_Spent(AX), DX; \
	LEAQ -1(CX)(DX*1), CX; \
	CMPQ CX, $const_spentMax; \
	JCC  enough; \
	MOVB CX, core_Spent(AX); \
	JMP  done; \
enough: \
	TESTB $const_flagSpecial, core_Flags(AX); \
	JNE  done; \
	MOVL $const_ownerMoving, R12

// enter(c *Core) bool resumes c. It never writes SP, so that the unwinder accepts it as
// the caller of main (runtime/traceback.go: resolveInternal). While c runs nobody else may have it:
// the collector sees it in enter's frame.
TEXT ·enterABI(SB), NOSPLIT, $16-0
	FUNCDATA $FUNCDATA_LocalsPointerMaps, ·enterLocals·args_stackmap<>(SB)
	MOVQ AX, 0(SP)
	MOVQ AX, 8(SP)
begin:
	MOVQ AX, BX
	MOVL $const_ownerNone, AX
	LOCK                            // of two at once one gets c, before it has read or written anything of it
	CMPXCHGQ R14, core_Owner(BX)
	MOVQ AX, CX                     // whose it was
	MOVQ BX, AX
	JNE  other
claimed:
	MOVQ core_Layout(AX), R10
	MOVQ layout_size(R10), CX
	MOVQ SP, DI
	SUBQ CX, DI
	LEAQ -ROOM(DI), DX
	CMPQ DX, G_LO(R14)
	JLE  back                       // signed: DX may be below zero
	CMPQ SP, const_gGuard(R14)
	JLS  back                       // this goroutine is asked to stop
	CMPQ core_Lo(AX), DI
	JNE  elsewhere
	JMP  ·thaw(SB)
elsewhere:
	MOVQ AX, BX
	MOVQ DI, AX
	MOVQ ·relocate(SB), DX
	CALL (DX)
	MOVQ 8(SP), AX
	MOVQ core_Layout(AX), R10
	MOVQ layout_size(R10), CX
	MOVQ SP, DI
	SUBQ CX, DI
	JMP  ·thaw(SB)
other:
	CMPQ CX, $const_ownerNew
	JNE  seat
	MOVL $const_ownerNew, AX
	LOCK
	CMPXCHGQ R14, core_Owner(BX)
	MOVQ BX, AX
	JNE  slow
	MOVQ core_Layout(AX), R10       // the frames of its former life may fit again
	MOVQ SP, DI
	SUBQ layout_size(R10), DI
	CMPQ core_Lo(AX), DI
	JEQ  run
	CMPQ layout_size(R10), $0
	JNE  again
	MOVQ DI, core_Lo(AX)            // there are none
	JMP  run
again:
	MOVQ AX, BX
	MOVQ DI, AX
	MOVQ ·relocate(SB), DX
	CALL (DX)
	MOVQ 8(SP), AX
run:
	MOVQ core_Main(AX), DX
	CALL (DX)
	MOVQ SP, R11
	XORL CX, CX                     // endPulled has seen to what is on the stack
	JMP  ·exitNone(SB)
seat:
#ifdef HANDOVER
	CMPQ CX, $const_ownerParked
	JEQ  parked
	CMPQ CX, $const_ownerStart
	JEQ  start
	CMPQ CX, $const_ownerMoving
	JEQ  moving
	CMPQ CX, $const_ownerHired
	JNE  slow
	MOVQ core_Ext(AX), BX
	TESTQ BX, BX
	JEQ  slow
	CMPQ X_G(BX), R14               // or another goroutine comes while its worker is about to run it
	JNE  slow
	MOVQ R14, core_Owner(AX)
	TESTB $const_flagMoving, core_Flags(AX)
	JEQ  run
	JMP  claimed
#else
	JMP  slow
#endif
back:
	TESTB $const_flagMoving, core_Flags(AX)
	JNE  unmoved
	MOVQ $const_ownerNone, core_Owner(AX)
slow:
	TESTB $const_flagPulls, core_Flags(AX)
	JNE  pulls
	MOVQ ·resumeSlow(SB), DX
	CALL (DX)
	RET
pulls:
	MOVQ ·pullSlow(SB), DX
	CALL (DX)
	MOVQ AX, DX
	MOVQ BX, CX
	MOVQ 8(SP), AX
	MOVQ SP, R11
	CMPQ DX, $const_pullValue
	JEQ  value
	JHI  begin                      // pullAgain
	JMP  ·exitNone(SB)
value:
	MOVL $const_ownerParked, R12
	JMP  ·exitKept(SB)
#ifdef HANDOVER
moving:
	TESTB $const_flagPulls, core_Flags(AX)
	JEQ  slow
	MOVQ ·startMoving(SB), DX
	CALL (DX)
	TESTB AX, AX
	MOVQ 8(SP), AX
	JEQ  begin
	JMP  parked
start:
	MOVQ ·start(SB), DX
	CALL (DX)
	MOVQ 8(SP), AX
parked:
	MOVQ core_Ext(AX), BX
	TESTQ BX, BX
	JEQ  slow                       // nil if another goroutine has ended it meanwhile
	MOVQ X_G(BX), DX
	CMPQ SP, const_gGuard(R14)
	JLS  slow
	MOVQ AX, CX
	MOVL $const_ownerParked, AX
	LOCK
	CMPXCHGQ DX, core_Owner(CX)
	MOVQ CX, AX
	JNE  slow
	CMPQ core_Ext(AX), BX           // or a sequence has ended meanwhile, and a later one begun, on another worker
	JNE  held
	GUARD(held)
	JMP  ·handIn(SB)
held:
	MOVQ $const_ownerParked, core_Owner(AX)
	JMP  slow
#endif
unmoved:
	MOVQ $const_ownerHired, core_Owner(AX)
	RET                             // its worker makes room, and tries again

// quit(depth uintptr) returns from enter, whose SP is depth bytes below the top of the stack, as if main had
// returned to it. Whatever is in progress below is abandoned: it is cut off the goroutine's chains.
TEXT ·quitABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ G_HI(R14), CX
	SUBQ AX, CX
	MOVQ G_PANIC(R14), DX
	JMP  panics                     // vet would take what follows for a BP that is not saved
panics:
	TESTQ DX, DX
	JEQ  outer
	CMPQ DX, CX
	JCC  outer
	MOVQ const_panicLink(DX), DX
	JMP  panics
outer:
	MOVQ DX, G_PANIC(R14)
	MOVQ G_DEFER(R14), DX
defers:
	TESTQ DX, DX
	JEQ  out
	CMPQ deferRecord_SP(DX), CX
	JCC  out
	MOVQ DX, R8
	MOVQ deferRecord_Link(DX), DX
	MOVQ $0, deferRecord_Link(R8)   // it could point into the stack
	JMP  defers
out:
	MOVQ DX, G_DEFER(R14)
	MOVQ 16(CX), BP
	LEAQ 32(CX), SP
	MOVQ 24(CX), CX
	XORL AX, AX
	XORL BX, BX
	JMP  CX

// cutTo(sp, bp, pc uintptr) calls closeDown as the function would that goes on at pc, and whose SP and BP those are. The
// frames further in are gone.
TEXT ·cutToABI(SB), NOSPLIT|NOFRAME, $0-0
	JMP  cut                        // vet would take what follows for a BP that is not saved
cut:
	MOVQ BX, BP
	MOVQ CX, -8(AX)
	LEAQ -8(AX), SP
	MOVQ ·closeBody(SB), DX
	JMP  (DX)

// nextABI() (V, bool) is the code of a next function: enter of the coroutine in its closure.
TEXT ·nextABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (handle_core-handle_next)(DX), AX
	JMP  ·enterABI(SB)

// stopABI() is the code of its stop function.
TEXT ·stopABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (handle_core-handle_stop)(DX), AX
	JMP  ·stopFrame(SB)

// stopFrame calls Stop. A Go function may spill a register argument into its caller's frame,
// and the caller of stop, which has no argument, has no room for it.
TEXT ·stopFrame(SB), NOSPLIT, $8-0
	NO_LOCAL_POINTERS
	MOVQ ·stopSlow(SB), DX
	CALL (DX)
	RET

// give0 to give9 are the codes of yield functions whose arguments take so many integer registers: leave, as if
// the sequence had called it itself. thaw returns what they return.
//
// Arguments and results have the same registers, so that next is to return what yield was called with, and
// true in the next register. No one looks before that (or else see giveUp): so the integer registers are below SP
// meanwhile, in WORDS. The float registers nobody uses; what was passed on the stack is in the innermost frame.
#define WORDS (-88)
#define GIVE1 \
	MOVQ AX, (WORDS+8)(SP)
#define GIVE2 \
	GIVE1; \
	MOVQ BX, (WORDS+16)(SP)
#define GIVE3 \
	GIVE2; \
	MOVQ CX, (WORDS+24)(SP)
#define GIVE4 \
	GIVE3; \
	MOVQ DI, (WORDS+32)(SP)
#define GIVE5 \
	GIVE4; \
	MOVQ SI, (WORDS+40)(SP)
#define GIVE6 \
	GIVE5; \
	MOVQ R8, (WORDS+48)(SP)
#define GIVE7 \
	GIVE6; \
	MOVQ R9, (WORDS+56)(SP)
#define GIVE8 \
	GIVE7; \
	MOVQ R10, (WORDS+64)(SP)
#define GIVE9 \
	GIVE8; \
	MOVQ R11, (WORDS+72)(SP)
#define GIVE \
	MOVQ (handle_core-handle_yield)(DX), AX; \
	JMP  ·leaveABI(SB)

TEXT ·give0(SB), NOSPLIT|NOFRAME, $0-0
	GIVE
TEXT ·give1(SB), NOSPLIT|NOFRAME, $0-0
	GIVE1
	GIVE
TEXT ·give2(SB), NOSPLIT|NOFRAME, $0-0
	GIVE2
	GIVE
TEXT ·give3(SB), NOSPLIT|NOFRAME, $0-0
	GIVE3
	GIVE
TEXT ·give4(SB), NOSPLIT|NOFRAME, $0-0
	GIVE4
	GIVE
TEXT ·give5(SB), NOSPLIT|NOFRAME, $0-0
	GIVE5
	GIVE
TEXT ·give6(SB), NOSPLIT|NOFRAME, $0-0
	GIVE6
	GIVE
TEXT ·give7(SB), NOSPLIT|NOFRAME, $0-0
	GIVE7
	GIVE
TEXT ·give8(SB), NOSPLIT|NOFRAME, $0-0
	GIVE8
	GIVE
TEXT ·give9(SB), NOSPLIT|NOFRAME, $0-0
	GIVE9
	GIVE

// exit0 to exit9 return from next with what was yielded: AX is c, DI where the innermost frame was, R11 enter's, and
// R12 what c's owner is to be. Another goroutine may have it from there on, and overwrite what was yielded if that
// is on a stack of its own: so nothing is read after that.
#define EXIT \
	MOVQ 16(R11), BP; \
	MOVQ 24(R11), DX; \
	LEAQ 32(R11), SP; \
	MOVQ AX, R13
#define LET_GO \
	MOVQ R12, core_Owner(R13); \
	JMP  DX
#define EXIT1 \
	MOVQ (WORDS+0)(DI), AX
#define EXIT2 \
	EXIT1; \
	MOVQ (WORDS+8)(DI), BX
#define EXIT3 \
	EXIT2; \
	MOVQ (WORDS+16)(DI), CX
#define EXIT5 \
	EXIT3; \
	MOVQ (WORDS+32)(DI), SI
#define EXIT6 \
	EXIT5; \
	MOVQ (WORDS+40)(DI), R8
#define EXIT7 \
	EXIT6; \
	MOVQ (WORDS+48)(DI), R9
#define EXIT8 \
	EXIT7; \
	MOVQ (WORDS+56)(DI), R10
#define EXIT9 \
	EXIT8; \
	MOVQ (WORDS+64)(DI), R11
#define EXIT_DI \
	MOVQ (WORDS+24)(DI), DI

TEXT ·exit0(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	MOVL $1, AX
	LET_GO
TEXT ·exit1(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT1
	MOVL $1, BX
	LET_GO
TEXT ·exit2(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT2
	MOVL $1, CX
	LET_GO
TEXT ·exit3(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT3
	MOVL $1, DI
	LET_GO
TEXT ·exit4(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT3
	EXIT_DI
	MOVL $1, SI
	LET_GO
TEXT ·exit5(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT5
	EXIT_DI
	MOVL $1, R8
	LET_GO
TEXT ·exit6(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT6
	EXIT_DI
	MOVL $1, R9
	LET_GO
TEXT ·exit7(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT7
	EXIT_DI
	MOVL $1, R10
	LET_GO
TEXT ·exit8(SB), NOSPLIT|NOFRAME, $0-0
	EXIT
	EXIT8
	EXIT_DI
	MOVL $1, R11
	LET_GO
TEXT ·exit9(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ pulled_flagAt(AX), CX      // no register is left
	MOVB $1, 32(R11)(CX*1)
	EXIT
	EXIT9
	EXIT_DI
	LET_GO

// exitStack copies what was passed on the stack to where next returns it: AX is c.
TEXT ·exitStack(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ pulled_stack(AX), CX
	LEAQ 32(R11), SI
stack:
	MOVQ -8(DI)(CX*1), DX
	MOVQ DX, -8(SI)(CX*1)
	SUBQ $8, CX
	JNZ  stack
	MOVQ pulled_words(AX), CX
	JMP  CX

// exitWide is the exit of one whose frames are so large that each switch counts.
TEXT ·exitWide(SB), NOSPLIT|NOFRAME, $0-0
	SPEND(enough, stays)
stays:
	MOVQ pulled_plain(AX), CX
	JMP  CX

// exitNone returns from next with zero values and false: CX is the size of its results on the stack, R11 enter's frame.
TEXT ·exitNone(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ 32(R11), SI
	TESTQ CX, CX
	JNE  stack
	JMP  words
stack:
	MOVQ $0, -8(SI)(CX*1)
	SUBQ $8, CX
	JNZ  stack
words:
	MOVQ 16(R11), BP
	MOVQ 24(R11), DX
	MOVQ SI, SP
	XORL AX, AX
	XORL BX, BX
	XORL CX, CX
	XORL DI, DI
	XORL SI, SI
	XORL R8, R8
	XORL R9, R9
	XORL R10, R10
	XORL R11, R11
	XORPS X0, X0
	XORPS X1, X1
	XORPS X2, X2
	XORPS X3, X3
	XORPS X4, X4
	XORPS X5, X5
	XORPS X6, X6
	XORPS X7, X7
	XORPS X8, X8
	XORPS X9, X9
	XORPS X10, X10
	XORPS X11, X11
	XORPS X12, X12
	XORPS X13, X13
	XORPS X14, X14
	JMP  DX

// giveUp is what leave does if the frames are not as they were: refreeze. If a value is in registers it is keep,
// which keeps those from what is called; on another goroutine than the owner's it is asks, called with the same arguments. What
// all these need of the stack is there if Yield was called by a function that has looked. If not, a Go function that looks
// is called in between.
#define LOW(low) \
	LEAQ -const_stackLeft(SP), CX; \
	CMPQ CX, G_LO(R14); \
	JCS  low

TEXT ·giveUp(SB), NOSPLIT|NOFRAME, $0-0
	TESTB $const_flagPulls, core_Flags(AX)
	JEQ  plain
	TESTB $const_flagStopped, core_Flags(AX)
	JNE  stopped
	CMPQ core_Owner(AX), R14
	JNE  elsewhere
	LOW(elsewhere)
	LEAQ ·exitKept(SB), CX
	CMPQ CX, pulled_exit(AX)
	JEQ  plain
	JMP  ·keep(SB)
plain:
	LOW(low)
	JMP  ·refreeze(SB)
low:
	MOVQ ·yieldLow(SB), DX
	JMP  (DX)
elsewhere:
	MOVQ pulled_asks(AX), DX
	MOVQ (WORDS+8)(SP), AX
	MOVQ (WORDS+16)(SP), BX
	MOVQ (WORDS+24)(SP), CX
	MOVQ (WORDS+32)(SP), DI
	MOVQ (WORDS+40)(SP), SI
	MOVQ (WORDS+48)(SP), R8
	MOVQ (WORDS+56)(SP), R9
	MOVQ (WORDS+64)(SP), R10
	MOVQ (WORDS+72)(SP), R11
	JMP  (DX)
stopped:
	XORL AX, AX
	RET

// keep is refreeze for a value that is in registers. If the frames are not known, it has keepValue store that where the
// collector sees it, and goes on as refreeze does, or as leave if a hand-over may be possible now. Its frame:
//
//	| arguments     |  16(BP)
//	| where it goes |  8(BP)
//	| its BP        |  (BP)
//	| WORDS         |  168(SP)
//	| X14 to X0     |  48(SP)
//	| c             |  40(SP)
//	| spills        |  (SP)
#define SAVE_FLOATS \
	MOVSD X0, 48(SP); \
	MOVSD X1, 56(SP); \
	MOVSD X2, 64(SP); \
	MOVSD X3, 72(SP); \
	MOVSD X4, 80(SP); \
	MOVSD X5, 88(SP); \
	MOVSD X6, 96(SP); \
	MOVSD X7, 104(SP); \
	MOVSD X8, 112(SP); \
	MOVSD X9, 120(SP); \
	MOVSD X10, 128(SP); \
	MOVSD X11, 136(SP); \
	MOVSD X12, 144(SP); \
	MOVSD X13, 152(SP); \
	MOVSD X14, 160(SP)
#define LOAD_FLOATS \
	MOVSD 48(SP), X0; \
	MOVSD 56(SP), X1; \
	MOVSD 64(SP), X2; \
	MOVSD 72(SP), X3; \
	MOVSD 80(SP), X4; \
	MOVSD 88(SP), X5; \
	MOVSD 96(SP), X6; \
	MOVSD 104(SP), X7; \
	MOVSD 112(SP), X8; \
	MOVSD 120(SP), X9; \
	MOVSD 128(SP), X10; \
	MOVSD 136(SP), X11; \
	MOVSD 144(SP), X12; \
	MOVSD 152(SP), X13; \
	MOVSD 160(SP), X14

TEXT ·keep(SB), NOSPLIT, $240-0
	NO_LOCAL_POINTERS
	MOVQ AX, 40(SP)
	SAVE_FLOATS
	LEAQ 16(BP), BX
	MOVQ R14, CX
	MOVQ 8(BP), DI
	MOVQ (BP), SI
	MOVQ ·freezeKnown(SB), DX
	CALL (DX)
	MOVQ AX, R11
	MOVQ 40(SP), AX
	TESTQ R11, R11
	JEQ  slow
	LEAQ 16(BP), DI
	LOAD_FLOATS
	JMP  ·freeze(SB)
slow:
	LEAQ 168(SP), BX
	LEAQ 88(BX), CX
	MOVQ ·keepValue(SB), DX
	CALL (DX)
	MOVQ 40(SP), AX
	RET  ·kept(SB)

TEXT ·kept(SB), NOSPLIT|NOFRAME, $0-0
	CMPQ core_Lo(AX), $const_loStandalone
	JEQ  seat
	JMP  ·again(SB)
seat:
	JMP  ·retry(SB)

// exitKept returns from next with a value that was kept: it calls takeValue, which nobody may stop, because there is no return
// address above this frame. It never returns; its frame is keep's, but
// for c at 32(SP), enter's frame at 40(SP), and R12 at 24(SP).
TEXT ·exitKept(SB), NOSPLIT, $240-0
	NO_LOCAL_POINTERS
	MOVQ AX, 32(SP)
	MOVQ R11, 40(SP)
	MOVQ R12, 24(SP)
	LEAQ 168(SP), BX
	LEAQ 32(R11), CX
	MOVQ ·takeValue(SB), DX
	CALL (DX)
	MOVQ 32(SP), AX
	MOVQ 40(SP), R11
	MOVQ 24(SP), R12
	LEAQ 168(SP), DI
	SUBQ $WORDS, DI
	LOAD_FLOATS
	MOVQ pulled_words(AX), CX
	JMP  CX

// SET_BP makes BP what it was when leave was called, as far from DI. As a macro, because vet takes it for a BP that is not saved.
#define SET_BP \
	MOVQ layout_bp(R10), BP; \
	ADDQ DI, BP

// thaw continues enter: it copies CX bytes of frames back to [DI, SP) and jumps to where Yield
// was called. AX is c, R10 its layout, SP is enter's.
TEXT ·thaw(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ core_Frames(AX), SI
	MOVQ layout_call(R10), R11
	TESTQ R11, R11
	JNE  outer
all:
	COPY(SI, DI, four, few, one, wide, pieces, odd, copied)
copied:
	TESTQ R11, R11
	JNE  predict
	SET_BP
	MOVQ layout_pc(R10), CX
	TESTB $const_flagSpecial, core_Flags(AX)
	JNE  special
	MOVQ DI, SP
	MOVL $1, AX                     // what a yield function returns
	JMP  CX
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

outer:
	TESTB $const_flagSpecial, core_Flags(AX)
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

	// There is more to do than assembly should: as if the body had called wakeFrame instead of leave.
special:
	MOVQ CX, -8(DI)
	LEAQ -8(DI), SP
	JMP  ·wakeFrame(SB)

// wakeFrame calls wake, as stopFrame calls Stop: the body may have called a function without an argument.
TEXT ·wakeFrame(SB), NOSPLIT, $8-0
	NO_LOCAL_POINTERS
	MOVQ ·wake(SB), DX
	CALL (DX)
	RET  ·woke(SB)

// woke returns from leave by a jump, which has no return of the processor's mispredicted. The word is POPQ CX: the
// assembler is not told, see RETURN in handover_amd64.s.
TEXT ·woke(SB), NOSPLIT|NOFRAME, $0-0
	BYTE $0x59
	JMP  CX

// primed is what thaw has the caller call: the frame of the function that called Yield is copied,
// and that goes on. R8 is c.
TEXT ·primed(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R8, AX
	JMP  copy                       // vet would take what follows for a BP that is not saved
copy:
	MOVQ core_Layout(AX), R10
	MOVQ core_Lo(AX), DI
	MOVQ core_Frames(AX), SI
	MOVQ layout_bp(R10), CX
	LEAQ (DI)(CX*1), BP
	MOVQ DI, SP
	ADDQ $8, CX
	COPY(SI, DI, four, few, one, wide, pieces, odd, copied)
copied:
	MOVQ layout_pc(R10), CX
	MOVL $1, AX
	JMP  CX

// leave(c *Core) suspends c. If its frames in [DI, R11) differ from the saved ones in nothing but scalars and heap
// pointers, and no defer or panic is among them, it notes the pointers, and freeze does the rest. Otherwise it gives up: SP
// and BP are as at its entry. R10 is the layout. That the frames end at R11 follows when the return addresses up to
// main's are verified: only enter calls main.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ 8(SP), DI
	MOVQ 0(SP), CX
	CMPQ core_Owner(AX), R14
	JNE  slow
	CMPQ core_Lo(AX), DI
	JNE  slow
	MOVQ core_Layout(AX), R10
	CMPQ layout_pc(R10), CX
	JNE  slow
	TESTB $const_flagSpecial, core_Flags(AX)
	JNE  slow
	MOVQ layout_size(R10), R11
	ADDQ DI, R11
	MOVQ G_PANIC(R14), CX
	MOVQ G_DEFER(R14), DX
	MOVQ CX, R8
	ORQ  DX, R8
	JNZ  chains
own:
	LEAQ 32(R11), CX
	CMPQ CX, G_HI(R14)              // another stack may have come to lie here: read nothing above it
	JHI  slow
	CMPQ 8(R11), AX
	JNE  slow
	MOVQ BP, CX
	SUBQ DI, CX
	CMPQ layout_bp(R10), CX
	JNE  slow
	MOVQ core_Frames(AX), SI
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
	MOVL $const_ownerNone, BX
	JMP  ·freeze(SB)

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
	MOVQ DX, (SI)(CX*1)             // or, if it gives up, a later one would not see it
	JMP  kept
chains:
	DECQ CX                         // none becomes the largest address
	CMPQ CX, R11
	JCS  slow
	TESTQ DX, DX
	JZ   own
	CMPQ deferRecord_SP(DX), R11
	JCC  own
slow:
	CMPQ core_Lo(AX), $const_loStandalone
	JEQ  seat
	JMP  ·giveUp(SB)
seat:
#ifdef HANDOVER
	JMP  ·handOut(SB)
#else
	JMP  ·giveUp(SB)
#endif

// refreeze has frozen see whether the frames are known. If so, freeze does the rest, and else again. Its frame:
//
//	| Yield's caller's frame |  16(BP)
//	| where it continues     |  8(BP)
//	| its BP                 |  (BP)
//	| c                      |  40(SP)
//	| spills                 |  (SP)
TEXT ·refreeze(SB), NOSPLIT, $48-0
	NO_LOCAL_POINTERS
	MOVQ AX, 40(SP)                 // main's frame keeps c alive
	LEAQ 16(BP), BX
	MOVQ R14, CX
	MOVQ 8(BP), DI
	MOVQ (BP), SI
	MOVQ ·freezeKnown(SB), DX
	CALL (DX)
	MOVQ AX, R11
	MOVQ 40(SP), AX
	TESTQ R11, R11
	JEQ  slow
	LEAQ 16(BP), DI
	JMP  ·freeze(SB)
slow:
	RET  ·again(SB)

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
	MOVBLZX core_Flags(AX), CX
	YIELDED
	RET

TEXT ·retry(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ ·leave(SB), DX             // to the linker a jump would be endless recursion
	JMP  (DX)

// freeze copies the frames in [DI, R11) out and returns from enter. AX is c, and BX what its owner is to be.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ core_Layout(AX), R10
	MOVQ core_Frames(AX), SI
	MOVQ layout_size(R10), CX
	COPY(DI, SI, four, few, one, wide, pieces, odd, copied)
copied:
	MOVQ BX, R12
	TESTB $const_flagPulls, core_Flags(AX)
	JNE  pulls
	EXIT
	MOVL $1, AX
	LET_GO
pulls:
	MOVQ pulled_exit(AX), CX
	JMP  CX

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
DATA ·table<>+24(SB)/8, $runtime·writeBarrier(SB)
DATA ·table<>+32(SB)/8, $·cutToABI(SB)
DATA ·table<>+48(SB)/8, $·thaw(SB)
DATA ·table<>+56(SB)/8, $·quitABI(SB)
GLOBL ·table<>(SB), RODATA, $64

// func codes() *[8]uintptr returns where the above begin.
TEXT ·codes(SB), NOSPLIT, $0-8
	LEAQ ·table<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET

DATA ·pulledTable<>+0(SB)/8, $·nextABI(SB)
DATA ·pulledTable<>+8(SB)/8, $·stopABI(SB)
DATA ·pulledTable<>+16(SB)/8, $·exitStack(SB)
DATA ·pulledTable<>+24(SB)/8, $·exitWide(SB)
DATA ·pulledTable<>+32(SB)/8, $·exitKept(SB)
DATA ·pulledTable<>+40(SB)/8, $·give0(SB)
DATA ·pulledTable<>+48(SB)/8, $·give1(SB)
DATA ·pulledTable<>+56(SB)/8, $·give2(SB)
DATA ·pulledTable<>+64(SB)/8, $·give3(SB)
DATA ·pulledTable<>+72(SB)/8, $·give4(SB)
DATA ·pulledTable<>+80(SB)/8, $·give5(SB)
DATA ·pulledTable<>+88(SB)/8, $·give6(SB)
DATA ·pulledTable<>+96(SB)/8, $·give7(SB)
DATA ·pulledTable<>+104(SB)/8, $·give8(SB)
DATA ·pulledTable<>+112(SB)/8, $·give9(SB)
DATA ·pulledTable<>+120(SB)/8, $·exit0(SB)
DATA ·pulledTable<>+128(SB)/8, $·exit1(SB)
DATA ·pulledTable<>+136(SB)/8, $·exit2(SB)
DATA ·pulledTable<>+144(SB)/8, $·exit3(SB)
DATA ·pulledTable<>+152(SB)/8, $·exit4(SB)
DATA ·pulledTable<>+160(SB)/8, $·exit5(SB)
DATA ·pulledTable<>+168(SB)/8, $·exit6(SB)
DATA ·pulledTable<>+176(SB)/8, $·exit7(SB)
DATA ·pulledTable<>+184(SB)/8, $·exit8(SB)
DATA ·pulledTable<>+192(SB)/8, $·exit9(SB)
GLOBL ·pulledTable<>(SB), RODATA, $200

// func pulledCodes() *pulledCode returns where what pulled sequences have begins.
TEXT ·pulledCodes(SB), NOSPLIT, $0-8
	LEAQ ·pulledTable<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET
