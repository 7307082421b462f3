//go:build linux

#include "textflag.h"
#include "go_asm.h"
#include "funcdata.h"
#include "asm_386.h"

// The hand-over between two goroutines: see handover.go. A goroutine that is parked here looks
// as if it were about to run awoken, called by Resume's or Yield's caller:
//
//	| enter's result     |  8(SP)
//	| c                  |  4(SP)
//	| return address     |  (SP), which sched.sp is
//
// sched.pc is awoken's address, and sched.ctxt the Core, which whoever wakes it loads into DX, be
// it switchTo or the runtime's gogo.

// handIn continues enter, of a suspended standalone coroutine, which has been claimed and passed GUARD: AX is c,
// BX its ext, BP this g, DX its worker's g, and SP is enter's.
TEXT ·handIn(SB), NOSPLIT|NOFRAME, $0-0
	MOVL BP, X_RESUMER(BX)
	LEAL 12(SP), SP
	LEAL ·awoken(SB), CX
	JMP  ·switchTo(SB)

// handOut continues leave, of a standalone coroutine. AX is c, BP this g.
TEXT ·handOut(SB), NOSPLIT|NOFRAME, $0-0
	CMPL core_Owner(AX), BP
	JNE  slow
	TESTB $const_flagClosing, core_Flags(AX)
	JNE  slow
	MOVL core_Ext(AX), BX
	MOVL X_RESUMER(BX), DX
	GUARD(slow)
	MOVL $const_ownerClaimed, core_Owner(AX)
	LEAL ·awoken(SB), CX
	JMP  ·switchTo(SB)
slow:
	JMP  ·again(SB)

// handBack(w *worker) bool gives control back to the resumer of the coroutine that w has run to its
// end. It returns true when w is to run another one, and false if it can't be done.
TEXT ·handBackABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVL 4(SP), BX
	MOVL (worker_ext+X_RESUMER)(BX), DX
	G(BP)
	GUARD(slow)
	MOVL worker_post(BX), CX
	MOVL $1, post_idle(CX)
	LEAL ·rehired(SB), CX
	XORL AX, AX
	JMP  ·switchTo(SB)
slow:
	MOVB $0, 8(SP)
	RET

// switchTo parks this goroutine, BP, to continue at CX with AX in DX, and continues the one in DX.
//
// A signal may arrive between any two instructions, and its handler goes from the g in TLS to
// its m and on to m.curg: so the new g gets its m first, and the old one loses it last.
//
// While the collector marks it may hold either status, to scan a stack: then they are exchanged
// by compare and swap, as coroswitch_m does, and a stack is touched only while its goroutine
// is running. It holds a status for as long as it takes to scan one stack, and never waits for us.
TEXT ·switchTo(SB), NOSPLIT|NOFRAME, $0-0
	MOVL CX, const_gSchedPC(BP)
	MOVL SP, const_gSched(BP)
	MOVL AX, const_gSchedCtxt(BP)
	MOVB $const_reasonCoroutine, const_gWaitReason(BP)
	MOVL const_gM(BP), BX
	MOVL BX, const_gM(DX)
	MOVL runtime·writeBarrier(SB), SI
	TESTL SI, SI
	JNE  marking
	MOVL $const_gRunning, const_gStatus(DX)
running:
	MOVL DX, const_mCurg(BX)
	MOVL TLS, CX
	MOVL DX, 0(CX)(TLS*1)
	MOVL const_gSched(DX), SP
	TESTL SI, SI
	JNE  marking2
	MOVL $const_gWaiting, const_gStatus(BP)
waiting:
	MOVL $0, const_gM(BP)
	MOVL DX, BP
	MOVL const_gSchedPC(BP), CX
	MOVL const_gSchedCtxt(BP), DX
	MOVL $0, const_gSchedCtxt(BP)
	MOVL $0, const_gSched(BP)
	JMP  CX
marking:
	MOVL $const_gWaiting, AX
	MOVL $const_gRunning, DI
	LOCK
	CMPXCHGL DI, const_gStatus(DX)
	JEQ  running
	PAUSE
	JMP  marking
marking2:
	MOVL $const_gRunning, AX
	MOVL $const_gWaiting, DI
	LOCK
	CMPXCHGL DI, const_gStatus(BP)
	JEQ  waiting
	PAUSE
	JMP  marking2

// awoken is where a parked goroutine continues: DX is c, BP the g. Its worker runs it; the resumer finds it
// suspended, or ended.
TEXT ·awoken(SB), NOSPLIT|NOFRAME, $0-0
	G(BP)
	CMPL core_Owner(DX), BP
	JNE  resumer
	TESTB $const_flagClosing, core_Flags(DX)
	JNE  closing
	RET
resumer:
	CMPL core_Owner(DX), $const_ownerClaimed
	JNE  done                       // or it asks for something: see parked
	MOVL $const_ownerParked, core_Owner(DX)
	MOVB $1, 8(SP)
	RET
closing:
	MOVL DX, 4(SP)
	MOVL ·exitBody(SB), DX
	MOVL (DX), CX
	JMP  CX
done:
	TESTB $const_flagSpecial, core_Flags(DX)
	JNE  failed
	MOVB $0, 8(SP)
	RET
failed:
	MOVL DX, AX
	JMP  ·ended(SB)

// ended calls over, as if Resume had called it, which goes on with a panic or a Goexit. AX is c.
TEXT ·ended(SB), NOSPLIT, $12-0
	NO_LOCAL_POINTERS
	MOVL AX, 0(SP)
	MOVL ·overSlow(SB), DX
	MOVL (DX), CX
	CALL CX
	MOVBLZX 4(SP), AX
	LEAL 12(SP), SI                 // vet takes 20(SP) for a mistake
	MOVB AX, 8(SI)
	RET

// rehired is where an idle worker continues.
TEXT ·rehired(SB), NOSPLIT|NOFRAME, $0-0
	MOVB $1, 8(SP)
	RET

DATA ·table2<>+0(SB)/4, $·handBackABI(SB)
GLOBL ·table2<>(SB), RODATA, $4

// func codes2() *[1]uintptr returns where handBack begins.
TEXT ·codes2(SB), NOSPLIT, $0-4
	LEAL ·table2<>(SB), AX
	MOVL AX, ret+0(FP)
	RET
