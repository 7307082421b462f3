//go:build gc && linux && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

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

#define SCHED_SP (const_gSched+0)
#define SCHED_PC (const_gSched+8)
#define SCHED_CTXT (const_gSched+24)

// RETURN returns by POPQ CX, which has no return of the processor's mispredicted. The assembler is not told: it
// would take SP to be elsewhere in all that follows, and so would the unwinder.
#define RETURN \
	BYTE $0x59; \
	JMP  CX

// handIn continues enter, of a suspended standalone coroutine, which has passed GUARD: AX is c,
// BX its ext, DX its worker's g, and SP is enter's.
TEXT ·handIn(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ R14, X_RESUMER(BX)
	MOVQ DX, Core_owner(AX)
	JMP  in                         // vet would take what follows for a BP that is not saved
in:
	MOVQ 16(SP), BP
	LEAQ 24(SP), SP
	LEAQ ·awoken(SB), CX
	JMP  ·switchTo(SB)

// handOut continues leave, of a standalone coroutine.
TEXT ·handOut(SB), NOSPLIT|NOFRAME, $0-0
	CMPQ Core_owner(AX), R14
	JNE  slow
	TESTB $const_flagClosing, C_FLAGS(AX)
	JNE  slow
	MOVQ Core_ext(AX), BX
	MOVQ X_RESUMER(BX), DX
	GUARD(slow)
	MOVQ $const_ownerParked, Core_owner(AX)
	LEAQ ·awoken(SB), CX
	JMP  ·switchTo(SB)
slow:
	JMP  ·again(SB)

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
	MOVL $2, const_gStatus(DX)
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
	MOVL $2, R8
	LOCK
	CMPXCHGL R8, const_gStatus(DX)
	JEQ  running
	PAUSE
	JMP  marking
marking2:
	MOVL $2, AX
	MOVL $const_gWaiting, R8
	LOCK
	CMPXCHGL R8, const_gStatus(CX)
	JEQ  waiting
	PAUSE
	JMP  marking2

// awoken is where a parked goroutine continues: DX is c. Its worker runs it; the resumer finds it
// suspended, or ended.
TEXT ·awoken(SB), NOSPLIT|NOFRAME, $0-0
	MOVBLZX C_FLAGS(DX), CX
	CMPQ Core_owner(DX), R14
	JNE  resumer
	TESTB $const_flagClosing, CX
	JNE  closing
	YIELDED
	RETURN
resumer:
	CMPQ Core_owner(DX), $const_ownerDone
	JEQ  done
	TESTB $const_flagPulls, CX
	JNE  pulls
	MOVL $1, AX
	RETURN
pulls:
	MOVQ Core__size(DX), AX
	MOVL $1, BX
	RETURN
closing:
	MOVQ DX, AX
	MOVQ ·throwClosed(SB), DX
	JMP  (DX)
done:
	TESTB $const_flagSpecial, CX
	JNE  failed
	XORL AX, AX
	XORL BX, BX                     // for next: the zero value, false
	RETURN
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
