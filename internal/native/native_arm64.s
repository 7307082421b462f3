//go:build !ios && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

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
// What is stored in a switch is seen by who resumes the coroutine on another thread: it claims it, and the last store
// is the one that lets it (FREE). The collector stops the world, or each goroutine, before it looks at what was stored
// while no barrier was wanted.

#define G_LO const_gLo
#define G_HI const_gHi
#define G_PANIC const_gPanic
#define G_DEFER const_gDefer
#define ROOM const_room

// SPEND adds to Spent what a switch has cost, and lets c move if that is enough (see moves in native.go), but not
// while defers or panics are among its frames.
#define SPEND(enough, done) \
	MOVD core_Layout(R0), R5; \
	MOVD layout_size(R5), R5; \
	MOVBU core_Spent(R0), R6; \
	ADD  R5>>7, R6, R5; \
	SUB  $1, R5, R5; \
	CMP  $const_spentMax, R5; \
	BHS  enough; \
	MOVB R5, core_Spent(R0); \
	B    done; \
enough: \
	MOVBU core_Flags(R0), R5; \
	TST  $const_flagSpecial, R5; \
	BNE  done; \
	MOVD $const_ownerMoving, R22

// enter(c *Core) bool resumes c. It never writes RSP, so that the unwinder accepts it as
// the caller of main (runtime/traceback.go: resolveInternal). While c runs nobody else may have it:
// the collector sees it in enter's frame.
TEXT ·enterABI(SB), NOSPLIT, $16-0
	FUNCDATA $FUNCDATA_LocalsPointerMaps, ·enterLocals·args_stackmap<>(SB)
	MOVD R0, 8(RSP)
	MOVD R0, 16(RSP)
begin:
	SUB  $8, RSP, R4
	ADD  $core_Owner, R0, R5
	MOVD $const_ownerNone, R3
claim:
	LDAXR (R5), R2                  // of two at once one gets c, before it has read or written anything of it
	CMP  R3, R2
	BNE  other
	STXR g, (R5), R6
	CBNZ R6, claim
claimed:
	MOVD core_Layout(R0), R3
	MOVD layout_size(R3), R8
	SUB  R8, R4, R1
	MOVD G_LO(g), R5
	ADD  $ROOM, R5, R5
	CMP  R5, R1
	BLE  back                       // signed: R1 may be below zero
	MOVD const_gGuard(g), R5
	CMP  R5, R4
	BLS  back                       // this goroutine is asked to stop
	MOVD core_Lo(R0), R5
	CMP  R5, R1
	BNE  elsewhere
	B    ·thaw(SB)
elsewhere:
	MOVD R0, R2
	MOVD R1, R0
	MOVD R2, R1
	MOVD ·relocate(SB), R26
	MOVD (R26), R2
	BL   (R2)
	MOVD 16(RSP), R0
	MOVD core_Layout(R0), R3
	MOVD layout_size(R3), R8
	SUB  $8, RSP, R1
	SUB  R8, R1, R1
	B    ·thaw(SB)
other:
	LDAXR (R5), R2
	CMP  $const_ownerNew, R2
	BNE  seat
	STXR g, (R5), R6
	CBNZ R6, other
	MOVD core_Layout(R0), R3        // the frames of its former life may fit again
	MOVD layout_size(R3), R8
	SUB  R8, R4, R1
	MOVD core_Lo(R0), R2
	CMP  R2, R1
	BEQ  run
	CBNZ R8, again
	MOVD R1, core_Lo(R0)            // there are none
	B    run
again:
	MOVD R0, R2
	MOVD R1, R0
	MOVD R2, R1
	MOVD ·relocate(SB), R26
	MOVD (R26), R2
	BL   (R2)
	MOVD 16(RSP), R0
run:
	MOVD core_Main(R0), R26
	MOVD (R26), R1
	BL   (R1)
	MOVD ZR, R8                     // endPulled has seen to what is on the stack
	SUB  $8, RSP, R4
	B    ·exitNone(SB)
seat:
#ifdef GOOS_linux
	CMP  $const_ownerParked, R2
	BEQ  parked
	CMP  $const_ownerStart, R2
	BEQ  start
	CMP  $const_ownerMoving, R2
	BEQ  moving
	CMP  $const_ownerHired, R2
	BNE  slow
	MOVD core_Ext(R0), R1
	CBZ  R1, slow
	MOVD X_G(R1), R1
	CMP  g, R1
	BNE  slow                       // another goroutine comes while its worker is about to run it
	MOVD g, core_Owner(R0)
	MOVBU core_Flags(R0), R2
	TST  $const_flagMoving, R2
	BEQ  run
	B    claimed
#else
	B    slow
#endif
back:
	MOVBU core_Flags(R0), R2
	TST  $const_flagMoving, R2
	BNE  unmoved
	FREE(const_ownerNone)
slow:
	MOVBU core_Flags(R0), R2
	TST  $const_flagPulls, R2
	BNE  pulls
	MOVD ·resumeSlow(SB), R26
	MOVD (R26), R1
	BL   (R1)
	RET
pulls:
	MOVD ·pullSlow(SB), R26
	MOVD (R26), R1
	BL   (R1)
	MOVD R0, R2
	MOVD R1, R8
	MOVD 16(RSP), R0
	SUB  $8, RSP, R4
	CMP  $const_pullValue, R2
	BEQ  value
	BHI  begin                      // pullAgain
	B    ·exitNone(SB)
value:
	MOVD $const_ownerParked, R22
	B    ·exitKept(SB)
#ifdef GOOS_linux
moving:
	MOVBU core_Flags(R0), R2
	TST  $const_flagPulls, R2
	BEQ  slow
	MOVD ·startMoving(SB), R26
	MOVD (R26), R1
	BL   (R1)
	MOVD R0, R2
	MOVD 16(RSP), R0
	TBZ  $0, R2, begin
	B    parked
start:
	MOVD ·start(SB), R26
	MOVD (R26), R1
	BL   (R1)
	MOVD 16(RSP), R0
parked:
	MOVD core_Ext(R0), R1
	CBZ  R1, slow                   // nil if another goroutine has ended it meanwhile
	MOVD X_G(R1), R6
	MOVD const_gGuard(g), R5
	MOVD RSP, R4
	CMP  R5, R4
	BLS  slow
	ADD  $core_Owner, R0, R5
take:
	LDAXR (R5), R2
	CMP  $const_ownerParked, R2
	BNE  slow
	STXR R6, (R5), R3
	CBNZ R3, take
	MOVD core_Ext(R0), R2           // or a sequence has ended meanwhile, and a later one begun, on another worker
	CMP  R1, R2
	BNE  held
	GUARD(held)
	B    ·handIn(SB)
held:
	FREE(const_ownerParked)
	B    slow
#endif
unmoved:
	MOVD $const_ownerHired, R2
	MOVD R2, core_Owner(R0)
	RET                             // its worker makes room, and tries again

// quit(depth uintptr) returns from enter, whose record is depth bytes below the top of the stack, as if main had
// returned to it. Whatever is in progress below is abandoned: it is cut off the goroutine's chains.
TEXT ·quitABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD G_HI(g), R4
	SUB  R0, R4, R4
	MOVD G_PANIC(g), R7
	B    panics                     // vet would take what follows for a frame pointer that is not saved
panics:
	CBZ  R7, outer
	CMP  R4, R7
	BHS  outer
	MOVD const_panicLink(R7), R7
	B    panics
outer:
	MOVD R7, G_PANIC(g)
	MOVD G_DEFER(g), R7
defers:
	CBZ  R7, out
	MOVD deferRecord_SP(R7), R8
	CMP  R4, R8
	BHS  out
	MOVD R7, R8
	MOVD deferRecord_Link(R7), R7
	MOVD ZR, deferRecord_Link(R8)   // it could point into the stack
	B    defers
out:
	MOVD R7, G_DEFER(g)
	MOVD (R4), R29
	MOVD 8(R4), R30
	ADD  $40, R4, R5
	MOVD R5, RSP
	MOVD ZR, R0
	MOVD ZR, R1
	JMP  (R30)

// cutTo(sp, bp, pc uintptr) calls closeDown as the function would that goes on at pc, and whose SP and frame pointer those are.
// The frames further in are gone.
TEXT ·cutToABI(SB), NOSPLIT|NOFRAME, $0-0
	B    cut                        // vet would take what follows for a frame pointer that is not saved
cut:
	MOVD R1, R29
	MOVD R2, R30
	MOVD R0, RSP
	MOVD ·closeBody(SB), R26
	MOVD (R26), R5
	JMP  (R5)

// nextABI() (V, bool) is the code of a next function: enter of the coroutine in its closure.
TEXT ·nextABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD (handle_core-handle_next)(R26), R0
	B    ·enterABI(SB)

// stopABI() is the code of its stop function.
TEXT ·stopABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD (handle_core-handle_stop)(R26), R0
	B    ·stopFrame(SB)

// stopFrame calls Stop. A Go function may spill a register argument into its caller's frame,
// and the caller of stop, which has no argument, has no room for it.
TEXT ·stopFrame(SB), NOSPLIT, $16-0
	NO_LOCAL_POINTERS
	MOVD ·stopSlow(SB), R26
	MOVD (R26), R1
	BL   (R1)
	RET

// giveABI is the code of the yield function that goes with it: leave, as if the sequence had called it itself.
// thaw returns what it returns.
//
// Arguments and results have the same registers, so that next is to return what yield was called with, and
// true in the next register. No one looks before that (or else see giveUp): so the integer registers are below SP
// meanwhile, in WORDS. The float registers nobody uses; what was passed on the stack is in the innermost frame.
#define WORDS (-144)
TEXT ·giveABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD (handle_core-handle_yield)(R26), R19
	STP  (R0, R1), (WORDS+0)(RSP)
	STP  (R2, R3), (WORDS+16)(RSP)
	STP  (R4, R5), (WORDS+32)(RSP)
	STP  (R6, R7), (WORDS+48)(RSP)
	STP  (R8, R9), (WORDS+64)(RSP)
	STP  (R10, R11), (WORDS+80)(RSP)
	STP  (R12, R13), (WORDS+96)(RSP)
	STP  (R14, R15), (WORDS+112)(RSP)
	MOVD R19, R0
	B    ·leaveABI(SB)

// exitStack returns from next with what giveABI was called with, of which some is on the stack: R0 is c, R1
// where the record of the innermost frame was, R4 enter's, and R22 what c's owner is to be.
TEXT ·exitStack(SB), NOSPLIT|NOFRAME, $0-0
	MOVD pulled_stack(R0), R8
	ADD  $16, R1, R10
	ADD  $48, R4, R11
stack:
	SUB  $8, R8, R8
	MOVD (R10)(R8), R12
	MOVD R12, (R11)(R8)
	CBNZ R8, stack
	B    ·exitWords(SB)

// exitWords is exitStack but for what is on the stack.
TEXT ·exitWords(SB), NOSPLIT|NOFRAME, $0-0
	SUB  $(-8-WORDS), R1, R19
	MOVD $1, R6
	MOVD pulled_flag(R0), R5
	CMP  $(8*const_maxInts), R5
	BNE  flag
	MOVD pulled_flagAt(R0), R5      // no register is left
	ADD  $48, R4, R7
	MOVB R6, (R7)(R5)
	B    out
flag:
	MOVD R6, (R19)(R5)
out:
	MOVD (R4), R29
	MOVD 8(R4), R30
	ADD  $40, R4, R5
	MOVD R5, RSP
	ADD  $core_Owner, R0, R20
	LDP  0(R19), (R0, R1)
	LDP  16(R19), (R2, R3)
	LDP  32(R19), (R4, R5)
	LDP  48(R19), (R6, R7)
	LDP  64(R19), (R8, R9)
	LDP  80(R19), (R10, R11)
	LDP  96(R19), (R12, R13)
	LDP  112(R19), (R14, R15)
	STLR R22, (R20)                 // only now: from here on another goroutine may have it, and overwrite what was yielded
	JMP  (R30)

// exitWide is the exit of one whose frames are so large that each switch counts.
TEXT ·exitWide(SB), NOSPLIT|NOFRAME, $0-0
	SPEND(enough, stays)
stays:
	MOVD pulled_plain(R0), R5
	JMP  (R5)

// exitNone returns from next with zero values and false: R8 is the size of its results on the stack, R4 enter's record.
TEXT ·exitNone(SB), NOSPLIT|NOFRAME, $0-0
	ADD  $48, R4, R11
	CBNZ R8, stack
	B    words
stack:
	SUB  $8, R8, R8
	MOVD ZR, (R11)(R8)
	CBNZ R8, stack
words:
	MOVD (R4), R29
	MOVD 8(R4), R30
	ADD  $40, R4, R5
	MOVD R5, RSP
	MOVD ZR, R0
	MOVD ZR, R1
	MOVD ZR, R2
	MOVD ZR, R3
	MOVD ZR, R4
	MOVD ZR, R5
	MOVD ZR, R6
	MOVD ZR, R7
	MOVD ZR, R8
	MOVD ZR, R9
	MOVD ZR, R10
	MOVD ZR, R11
	MOVD ZR, R12
	MOVD ZR, R13
	MOVD ZR, R14
	MOVD ZR, R15
	FMOVD ZR, F0
	FMOVD ZR, F1
	FMOVD ZR, F2
	FMOVD ZR, F3
	FMOVD ZR, F4
	FMOVD ZR, F5
	FMOVD ZR, F6
	FMOVD ZR, F7
	FMOVD ZR, F8
	FMOVD ZR, F9
	FMOVD ZR, F10
	FMOVD ZR, F11
	FMOVD ZR, F12
	FMOVD ZR, F13
	FMOVD ZR, F14
	FMOVD ZR, F15
	JMP  (R30)

// giveUp is what leave does: refreeze. If a value is in registers it is keep, which keeps those from what is called; on
// another goroutine than the owner's it is asks, called with the same arguments.
#define LOW(low) \
	MOVD G_LO(g), R2; \
	SUB  $const_stackLeft, RSP, R3; \
	CMP  R2, R3; \
	BLO  low

TEXT ·giveUp(SB), NOSPLIT|NOFRAME, $0-0
	MOVBU core_Flags(R0), R2
	TST  $const_flagPulls, R2
	BEQ  plain
	TST  $const_flagStopped, R2
	BNE  stopped
	MOVD core_Owner(R0), R3
	CMP  g, R3
	BNE  elsewhere
	LOW(elsewhere)
	MOVD $·exitKept(SB), R2
	MOVD pulled_exit(R0), R3
	CMP  R2, R3
	BEQ  plain
	B    ·keep(SB)
plain:
	LOW(low)
	B    ·refreeze(SB)
low:
	MOVD ·yieldLow(SB), R26
	MOVD (R26), R1
	B    (R1)
elsewhere:
	MOVD pulled_asks(R0), R26
	MOVD (R26), R19
	LDP  (WORDS+0)(RSP), (R0, R1)
	LDP  (WORDS+16)(RSP), (R2, R3)
	LDP  (WORDS+32)(RSP), (R4, R5)
	LDP  (WORDS+48)(RSP), (R6, R7)
	LDP  (WORDS+64)(RSP), (R8, R9)
	LDP  (WORDS+80)(RSP), (R10, R11)
	LDP  (WORDS+96)(RSP), (R12, R13)
	LDP  (WORDS+112)(RSP), (R14, R15)
	B    (R19)
stopped:
	MOVD ZR, R0
	RET

// keep is refreeze for a value that is in registers. If the frames are not known, it has keepValue store that where the
// collector sees it, and goes on as refreeze does, or as leave if a hand-over may be possible now. Its frame, of 320 bytes:
//
//	| c              | 304(RSP)
//	| WORDS          | 176(RSP)
//	| F0 to F15      | 48(RSP)
//	| spills         | 8(RSP)
//	| where it goes  | (RSP)
#define SAVE_FLOATS \
	ADD  $48, RSP, R6; \
	FSTPD (F0, F1), 0(R6); \
	FSTPD (F2, F3), 16(R6); \
	FSTPD (F4, F5), 32(R6); \
	FSTPD (F6, F7), 48(R6); \
	FSTPD (F8, F9), 64(R6); \
	FSTPD (F10, F11), 80(R6); \
	FSTPD (F12, F13), 96(R6); \
	FSTPD (F14, F15), 112(R6)
#define LOAD_FLOATS \
	ADD  $48, RSP, R6; \
	FLDPD 0(R6), (F0, F1); \
	FLDPD 16(R6), (F2, F3); \
	FLDPD 32(R6), (F4, F5); \
	FLDPD 48(R6), (F6, F7); \
	FLDPD 64(R6), (F8, F9); \
	FLDPD 80(R6), (F10, F11); \
	FLDPD 96(R6), (F12, F13); \
	FLDPD 112(R6), (F14, F15)

TEXT ·keep(SB), NOSPLIT, $304-0
	NO_LOCAL_POINTERS
	MOVD R0, 304(RSP)
	MOVD pulled_kind(R0), R3
	MOVD kind_floats(R3), R3
	CBZ  R3, ints
	SAVE_FLOATS
ints:
	ADD  $(320-8), RSP, R1
	MOVD g, R2
	MOVD (RSP), R3
	MOVD R1, R4
	MOVD ·freezeKnown(SB), R26
	MOVD (R26), R5
	BL   (R5)
	MOVD R0, R4
	MOVD R1, R22
	MOVD 304(RSP), R0
	CBZ  R4, slow
	ADD  $(320-8), RSP, R1
	MOVD pulled_kind(R0), R3
	MOVD kind_floats(R3), R3
	CBZ  R3, known
	LOAD_FLOATS
known:
	B    ·freeze(SB)
slow:
	ADD  $176, RSP, R1
	ADD  $(8-WORDS), R1, R2         // the arguments
	MOVD ·keepValue(SB), R26
	MOVD (R26), R4
	BL   (R4)
	MOVD 304(RSP), R0
	RET  ·kept(SB)

TEXT ·kept(SB), NOSPLIT|NOFRAME, $0-0
	MOVD core_Lo(R0), R2
	CMP  $const_loStandalone, R2
	BEQ  seat
	B    ·again(SB)
seat:
	B    ·retry(SB)

// exitKept returns from next with a value that was kept: it calls takeValue, which nobody may stop, because there is no return
// address above this frame. It never returns; its frame is keep's, but
// for c at 32(RSP), enter's record at 40(RSP), and R22 at 304(RSP).
TEXT ·exitKept(SB), NOSPLIT, $304-0
	NO_LOCAL_POINTERS
	MOVD R0, 32(RSP)
	MOVD R4, 40(RSP)
	MOVD R22, 304(RSP)
	ADD  $176, RSP, R1
	ADD  $48, R4, R2
	MOVD ·takeValue(SB), R26
	MOVD (R26), R4
	BL   (R4)
	MOVD 32(RSP), R0
	MOVD 40(RSP), R4
	MOVD 304(RSP), R22
	ADD  $(320-8), RSP, R1
	LOAD_FLOATS
	B    ·exitWords(SB)

// thaw continues enter: it copies R8 bytes of frames back to R1, below enter's, and jumps to where
// Yield was called. R0 is c, R3 its layout, RSP is enter's.
TEXT ·thaw(SB), NOSPLIT|NOFRAME, $0-0
	MOVD core_Frames(R0), R10
	MOVD R1, R11
	COPY(pairs, odd, copied)
copied:
	MOVD layout_pc(R3), R30
	MOVBU core_Flags(R0), R2
	B    on                         // vet would take what follows for a frame pointer that is not saved
on:
	MOVD R1, R29
	ADD  $8, R1, R3
	MOVD R3, RSP
	TST  $const_flagSpecial, R2
	BNE  special
	MOVD $1, R0                     // what a yield function returns
	JMP  (R30)
special:
	// There is more to do than assembly should: as if the body had called wakeFrame instead of leave.
	B    ·wakeFrame(SB)

// wakeFrame calls wake, as stopFrame calls Stop: the body may have called a function without an argument.
TEXT ·wakeFrame(SB), NOSPLIT, $16-0
	NO_LOCAL_POINTERS
	MOVD ·wake(SB), R26
	MOVD (R26), R1
	BL   (R1)
	RET  ·woke(SB)

// woke returns from leave by a jump, which has no return of the processor's mispredicted.
TEXT ·woke(SB), NOSPLIT|NOFRAME, $0-0
	JMP  (R30)

// leave(c *Core) suspends c: by giveUp, or by a hand-over if it is standalone.
TEXT ·leaveABI(SB), NOSPLIT|NOFRAME, $0-0
#ifdef GOOS_linux
	MOVD core_Lo(R0), R2
	CMP  $const_loStandalone, R2
	BNE  shared
	B    ·handOut(SB)
shared:
#endif
	B    ·giveUp(SB)

// refreeze has frozen see whether the frames are known. If so, freeze does the rest, and else again. Its frame, of 64 bytes:
//
//	| c                  |  48(RSP)
//	| spills             |  8(RSP)
//	| where it continues |  (RSP)
TEXT ·refreeze(SB), NOSPLIT, $48-0
	NO_LOCAL_POINTERS
	MOVD R0, 48(RSP)                // main's frame keeps c alive
	ADD  $(64-8), RSP, R1
	MOVD g, R2
	MOVD (RSP), R3
	MOVD R1, R4
	MOVD ·freezeKnown(SB), R26
	MOVD (R26), R5
	BL   (R5)
	MOVD R0, R4
	MOVD R1, R22
	MOVD 48(RSP), R0
	CBZ  R4, slow
	ADD  $(64-8), RSP, R1
	B    ·freeze(SB)
slow:
	RET  ·again(SB)

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
	MOVBU core_Flags(R0), R2
	YIELDED
	RET

TEXT ·retry(SB), NOSPLIT|NOFRAME, $0-0
	MOVD ·leave(SB), R26            // to the linker a jump would be endless recursion
	MOVD (R26), R1
	JMP  (R1)

// freeze copies the frames in [R1, R4) out and returns from enter. R0 is c, and R22 what its owner is to be.
TEXT ·freeze(SB), NOSPLIT|NOFRAME, $0-0
	MOVD core_Layout(R0), R3
	MOVD layout_size(R3), R8
	MOVD core_Frames(R0), R11
	MOVD R1, R10
	COPY(pairs, odd, copied)
copied:
	MOVBU core_Flags(R0), R2
	TST  $const_flagPulls, R2
	BEQ  plain
	MOVD pulled_exit(R0), R5
	JMP  (R5)
plain:
	MOVD (R4), R29
	MOVD 8(R4), R30
	ADD  $40, R4, R5
	MOVD R5, RSP
	ADD  $core_Owner, R0, R6
	STLR R22, (R6)                  // only now: another goroutine may have it from here on
	MOVD $1, R0
	JMP  (R30)

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
DATA ·table<>+24(SB)/8, $runtime·writeBarrier(SB)
DATA ·table<>+32(SB)/8, $·cutToABI(SB)
DATA ·table<>+48(SB)/8, $·thaw(SB)
DATA ·table<>+56(SB)/8, $·quitABI(SB)
GLOBL ·table<>(SB), RODATA, $64

// func codes() *[8]uintptr returns where the above begin.
TEXT ·codes(SB), NOSPLIT, $0-8
	MOVD $·table<>(SB), R0
	MOVD R0, ret+0(FP)
	RET

DATA ·pulledTable<>+0(SB)/8, $·nextABI(SB)
DATA ·pulledTable<>+8(SB)/8, $·stopABI(SB)
DATA ·pulledTable<>+16(SB)/8, $·exitStack(SB)
DATA ·pulledTable<>+24(SB)/8, $·exitWide(SB)
DATA ·pulledTable<>+32(SB)/8, $·exitKept(SB)
DATA ·pulledTable<>+40(SB)/8, $·giveABI(SB)
DATA ·pulledTable<>+48(SB)/8, $·exitWords(SB)
GLOBL ·pulledTable<>(SB), RODATA, $56

// func pulledCodes() *pulledCode returns where what pulled sequences have begins.
TEXT ·pulledCodes(SB), NOSPLIT, $0-8
	MOVD $·pulledTable<>(SB), R0
	MOVD R0, ret+0(FP)
	RET

DATA ·place<>+0(SB)/8, $·hereABI(SB)
GLOBL ·place<>(SB), RODATA, $8

// func hereCode() *uintptr returns where hereABI begins.
TEXT ·hereCode(SB), NOSPLIT, $0-8
	MOVD $·place<>(SB), R0
	MOVD R0, ret+0(FP)
	RET
