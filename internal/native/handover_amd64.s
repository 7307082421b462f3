//go:build linux || freebsd || netbsd || dragonfly

#include "textflag.h"
#include "go_asm.h"
#include "funcdata.h"
#include "asm_amd64.h"

// The hand-over between two goroutines: see handover.go. A goroutine that is parked here looks
// as if it were about to run awoken, called by Resume's or Yield's caller:
//
//	sched.sp → | return address |  into the caller of enter or leave
//	           | its frame ...  |
//
// sched.pc is awoken's address, and sched.ctxt the Core, which whoever wakes it loads into DX, be
// it switchTo or the runtime's gogo.

#define SCHED_SP const_gSched
#define SCHED_PC const_gSchedPC
#define SCHED_CTXT const_gSchedCtxt

// RETURN returns by POPQ CX, which has no return of the processor's mispredicted. The assembler is not told: it
// would take SP to be elsewhere in all that follows, and so would the unwinder.
#define RETURN \
	BYTE $0x59; \
	JMP  CX

// handIn continues enter, of a suspended standalone coroutine, which has been claimed and passed GUARD: AX is c,
// BX its ext, DX its worker's g, whose c is, and SP is enter's.
TEXT ·handIn(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R14, X_RESUMER(BX)
	JMP  in                         // vet would take what follows for a BP that is not saved
in:
	MOVQ 16(SP), BP
	LEAQ 24(SP), SP
	LEAQ ·awoken(SB), CX
	JMP  ·switchTo(SB)

// handOut continues leave, of a standalone coroutine.
TEXT ·handOut(SB), NOSPLIT|NOFRAME, $0-0
	CMPQ core_Owner(AX), R14
	JNE  slow
	TESTB $(const_flagClosing|const_flagStopped), core_Flags(AX)
	JNE  slow
	MOVQ core_Ext(AX), BX
	MOVQ X_RESUMER(BX), DX
	GUARD(slow)
	LEAQ ·awoken(SB), CX
	TESTB $const_flagPulls, core_Flags(AX)
	JNE  pulls
go:
	MOVQ $const_ownerClaimed, core_Owner(AX)
	JMP  ·switchTo(SB)
slow:
	JMP  ·giveUp(SB)

	// A value may travel in registers only to awoken, and while nothing is marked: the other stack may have
	// been scanned already, and this one may not.
pulls:
	LEAQ ·exitKept(SB), R8
	MOVQ pulled_exit(AX), R9
	CMPQ R9, R8
	JEQ  go
	TESTQ R9, R9                    // it has just moved: see startMoving
	JEQ  slow
	CMPQ SCHED_PC(DX), CX
	JNE  slow
	CMPL runtime·writeBarrier(SB), $0
	JEQ  go
	JMP  slow

// handBack(w *worker) bool gives control back to the resumer of the coroutine that w has run to its
// end. It returns true when w is to run another one, and false if it can't be done.
TEXT ·handBackABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (worker_ext+X_RESUMER)(AX), DX
	GUARD(slow)
	MOVQ worker_post(AX), CX
	MOVL $1, post_idle(CX)
	LEAQ ·rehired(SB), CX
	XORL AX, AX
	JMP  ·switchTo(SB)
slow:
	XORL AX, AX
	RET

// switchTo parks this goroutine, to continue at CX with AX in DX, and continues the one in DX.
//
// A signal may arrive between any two instructions, and its handler goes from the g in TLS to
// its m and on to m.curg: so the new g gets its m first, and the old one loses it last.
//
// While the collector marks it may hold either status, to scan a stack: then they are exchanged
// by compare and swap, as coroswitch_m does, and a stack is touched only while its goroutine
// is running. It holds a status for as long as it takes to scan one stack, and never waits for us.
TEXT ·switchTo(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ CX, SCHED_PC(R14)
	JMP  park                       // vet would take what follows for a BP that is not saved
park:
	MOVQ SP, SCHED_SP(R14)
	MOVQ BP, const_gSchedBP(R14)
	MOVQ AX, SCHED_CTXT(R14)
	MOVB $const_reasonCoroutine, const_gWaitReason(R14)
	MOVQ const_gM(R14), BX
	MOVQ BX, const_gM(DX)
	MOVL runtime·writeBarrier(SB), R9
	TESTL R9, R9
	JNE  marking
	MOVL $const_gRunning, const_gStatus(DX)
running:
	MOVQ DX, const_mCurg(BX)
	MOVQ TLS, CX
	MOVQ DX, 0(CX)(TLS*1)
	MOVQ R14, CX
	MOVQ DX, R14
	MOVQ SCHED_SP(R14), SP
	MOVQ const_gSchedBP(R14), BP
	TESTL R9, R9
	JNE  marking2
	MOVL $const_gWaiting, const_gStatus(CX)
waiting:
	MOVQ $0, const_gM(CX)
	MOVQ SCHED_PC(R14), CX
	MOVQ SCHED_CTXT(R14), DX
	MOVQ $0, SCHED_CTXT(R14)
	MOVQ $0, SCHED_SP(R14)
	JMP  CX
marking:
	MOVL $const_gWaiting, AX
	MOVL $const_gRunning, R8
	LOCK
	CMPXCHGL R8, const_gStatus(DX)
	JEQ  running
	PAUSE
	JMP  marking
marking2:
	MOVL $const_gRunning, AX
	MOVL $const_gWaiting, R8
	LOCK
	CMPXCHGL R8, const_gStatus(CX)
	JEQ  waiting
	PAUSE
	JMP  marking2

// awoken is where a parked goroutine continues: DX is c. Its worker runs it; the resumer finds it
// suspended, or ended. Only now that the worker waits may another goroutine have it.
TEXT ·awoken(SB), NOSPLIT|NOFRAME, $0-0
	MOVBLZX core_Flags(DX), CX
	CMPQ core_Owner(DX), R14
	JNE  resumer
	TESTB $const_flagClosing, CX
	JNE  closing
	YIELDED
	RETURN
resumer:
	CMPQ core_Owner(DX), $const_ownerClaimed
	JNE  done                       // or it asks for something: see parked
	TESTB $const_flagPulls, CX
	JNE  pulls
	MOVQ $const_ownerParked, core_Owner(DX)
	MOVL $1, AX
	RETURN
pulls:
	// As if freeze had come here: the worker's stack is as giveABI has left it.
	MOVQ core_Ext(DX), BX
	MOVQ X_G(BX), BX
	MOVQ SCHED_SP(BX), DI
	ADDQ $8, DI
	MOVQ BP, -8(SP)
	LEAQ -24(SP), R11
	MOVQ DX, AX
	MOVL $const_ownerParked, R12
	MOVQ pulled_exit(AX), CX
	JMP  CX
closing:
	MOVQ DX, AX
	MOVQ ·exitBody(SB), DX
	JMP  (DX)
done:
	TESTB $const_flagPulls, CX
	JNE  none
	TESTB $const_flagSpecial, CX
	JNE  failed
	XORL AX, AX
	RETURN
none:
	MOVQ DX, AX
	JMP  ·over(SB)
failed:
	MOVQ DX, AX
	JMP  ·ended(SB)

// ended calls over, as if Resume or next had called it, which goes on with a panic or a Goexit. It has a frame because next has no
// argument: its caller's frame has no room for over to spill one.
TEXT ·ended(SB), NOSPLIT, $8-0
	NO_LOCAL_POINTERS
	MOVQ ·overSlow(SB), DX
	CALL (DX)
	RET

// over calls overPull, and returns from next. Its frame is as large as enter's.
TEXT ·over(SB), NOSPLIT, $16-0
	NO_LOCAL_POINTERS               // the worker's stack leads to c
	MOVQ AX, 0(SP)
	MOVQ AX, 8(SP)
	MOVQ ·overPull(SB), DX
	CALL (DX)
	MOVQ BX, CX
	MOVQ SP, R11
	CMPQ AX, $const_pullValue
	MOVQ 8(SP), AX
	JEQ  value
	JMP  ·exitNone(SB)
value:
	MOVL $const_ownerParked, R12
	JMP  ·exitKept(SB)

// rehired is where an idle worker continues.
TEXT ·rehired(SB), NOSPLIT|NOFRAME, $0-0
	MOVL $1, AX
	RETURN

DATA ·table2<>+0(SB)/8, $·handBackABI(SB)
GLOBL ·table2<>(SB), RODATA, $8

// func codes2() *[1]uintptr returns where handBack begins.
TEXT ·codes2(SB), NOSPLIT, $0-8
	LEAQ ·table2<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET
