//go:build linux

#include "textflag.h"
#include "go_asm.h"
#include "funcdata.h"
#include "asm_arm64.h"

// The hand-over between two goroutines: see handover.go. A goroutine that is parked here looks
// as if it were about to run awoken, called by Resume's or Yield's caller: sched.sp is the SP of
// that, sched.lr where it goes on, sched.pc awoken's address, and sched.ctxt the Core, which whoever wakes it
// loads into R26, be it switchTo or the runtime's gogo.
//
// Two fields of sched that lie next to each other are stored and loaded together: inPairs.
//
// What another thread may look at is stored with release and loaded with acquire: docs/proof/handover.md.

// handIn continues enter, of a suspended standalone coroutine, which has been claimed and passed GUARD: R0 is c,
// R1 its ext, R6 its worker's g, and RSP is enter's.
TEXT ·handIn(SB), NOSPLIT|NOFRAME, $0-0
	MOVD g, X_RESUMER(R1)
	B    in                         // vet would take what follows for a frame pointer that is not saved
in:
	LDP  -8(RSP), (R29, R30)
	ADD  $const_enterSize, RSP, R2
	MOVD R2, RSP
	MOVD $·awoken(SB), R5
	B    ·switchTo(SB)

// handOut continues leave, of a standalone coroutine.
TEXT ·handOut(SB), NOSPLIT|NOFRAME, $0-0
	MOVD core_Owner(R0), R2
	CMP  g, R2
	BNE  slow
	MOVBU core_Flags(R0), R2
	TST  $(const_flagClosing|const_flagStopped), R2
	BNE  slow
	MOVD core_Ext(R0), R1
	MOVD X_RESUMER(R1), R6
	GUARD(slow)
	MOVD $·awoken(SB), R5
	MOVBU core_Flags(R0), R2
	TST  $const_flagPulls, R2
	BNE  pulls
go:
	MOVD $const_ownerClaimed, R2
	MOVD R2, core_Owner(R0)
	B    ·switchTo(SB)
slow:
	B    ·giveUp(SB)

	// A value may travel in registers only to awoken, and while nothing is marked: the other stack may have
	// been scanned already, and this one may not.
pulls:
	MOVD $·exitKept(SB), R2
	MOVD pulled_exit(R0), R3
	CMP  R2, R3
	BEQ  go
	CBZ  R3, slow                   // it has just moved: see startMoving
	MOVD const_gSchedPC(R6), R2
	CMP  R5, R2
	BNE  slow
	MOVWU runtime·writeBarrier(SB), R2
	CBZ  R2, go
	B    slow

// handBack(w *worker) bool gives control back to the resumer of the coroutine that w has run to its
// end. It returns true when w is to run another one, and false if it can't be done.
TEXT ·handBackABI(SB), NOSPLIT|NOFRAME, $0-0
	MOVD (worker_ext+X_RESUMER)(R0), R6
	GUARD(slow)
	MOVD worker_post(R0), R2
	ADD  $post_idle, R2, R2
	MOVD $1, R3
	STLRW R3, (R2)
	MOVD $·rehired(SB), R5
	MOVD ZR, R0
	B    ·switchTo(SB)
slow:
	MOVD ZR, R0
	RET

// switchTo parks this goroutine, to continue at R5 with R0 in R26, and continues the one in R6.
//
// A signal may arrive between any two instructions, and its handler goes from the g in TLS, or in R28, to
// its m and on to m.curg: so the new g gets its m first, and the old one loses it last. For some instructions
// the two places have different g's, and each of them has this m.
//
// While the collector marks it may hold either status, to scan a stack: then they are exchanged
// by compare and swap, as coroswitch_m does, and a stack is touched only while its goroutine
// is running. It holds a status for as long as it takes to scan one stack, and never waits for us.
TEXT ·switchTo(SB), NOSPLIT|NOFRAME, $0-0
	MOVD RSP, R2
	B    park                       // vet would take what follows for a frame pointer that is not saved
park:
	STP  (R2, R5), const_gSched(g)
	STP  (R30, R29), const_gSchedLR(g)
	MOVD R0, const_gSchedCtxt(g)
	MOVD $const_reasonCoroutine, R2
	MOVB R2, const_gWaitReason(g)
	MOVD const_gM(g), R3
	ADD  $const_gM, R6, R7
	STLR R3, (R7)
	MOVWU runtime·writeBarrier(SB), R9
	ADD  $const_gStatus, R6, R7
	CBNZ R9, marking
	MOVD $const_gRunning, R2
	STLRW R2, (R7)
running:
	MOVD R6, const_mCurg(R3)
	MOVD g, R10
	MOVD R6, g
	MOVD ·saveG(SB), R5             // into TLS, with cgo; it changes R0, R27 and R30
	BL   (R5)
	LDP  const_gSched(g), (R2, R5)
	MOVD R2, RSP
	LDP  const_gSchedLR(g), (R30, R29)
	ADD  $const_gStatus, R10, R7
	CBNZ R9, marking2
	MOVD $const_gWaiting, R2
	STLRW R2, (R7)
waiting:
	ADD  $const_gM, R10, R7
	STLR ZR, (R7)
	MOVD const_gSchedCtxt(g), R26
	STP  (ZR, ZR), const_gSchedCtxt(g)
	MOVD ZR, const_gSched(g)
	JMP  (R5)
marking:
	EXCHANGE(const_gWaiting, const_gRunning, marking, held)
	B    running
marking2:
	EXCHANGE(const_gRunning, const_gWaiting, marking2, held2)
	B    waiting

// awoken is where a parked goroutine continues: R26 is c. Its worker runs it; the resumer finds it
// suspended, or ended.
TEXT ·awoken(SB), NOSPLIT|NOFRAME, $0-0
	MOVBU core_Flags(R26), R2
	MOVD core_Owner(R26), R3
	CMP  g, R3
	BNE  resumer
	TST  $const_flagClosing, R2
	BNE  closing
	YIELDED
	JMP  (R30)
resumer:
	CMP  $const_ownerClaimed, R3
	BNE  done                       // or it asks for something: see parked
	MOVD R26, R0
	TST  $const_flagPulls, R2
	BNE  pulls
	FREE(const_ownerParked)
	MOVD $1, R0
	JMP  (R30)
pulls:
	// As if freeze had come here: the worker's stack is as giveABI has left it.
	MOVD core_Ext(R0), R1
	MOVD X_G(R1), R1
	MOVD const_gSched(R1), R1
	SUB  $8, R1, R1
	SUB  $40, RSP, R4
	MOVD R29, (R4)
	MOVD R30, 8(R4)
	MOVD $const_ownerParked, R22
	MOVD pulled_exit(R0), R5
	JMP  (R5)
closing:
	MOVD R26, R0
	MOVD ·exitBody(SB), R26
	MOVD (R26), R5
	JMP  (R5)
done:
	TST  $const_flagPulls, R2
	BNE  none
	TST  $const_flagSpecial, R2
	BNE  failed
	MOVD ZR, R0
	JMP  (R30)
none:
	MOVD R26, R0
	B    ·over(SB)
failed:
	MOVD R26, R0
	B    ·ended(SB)

// ended calls over, as if Resume or next had called it, which goes on with a panic or a Goexit. It has a frame because next has no
// argument: its caller's frame has no room for over to spill one.
TEXT ·ended(SB), NOSPLIT, $16-0
	NO_LOCAL_POINTERS
	MOVD ·overSlow(SB), R26
	MOVD (R26), R1
	BL   (R1)
	RET

// over calls overPull, and returns from next. Its frame is as large as enter's.
TEXT ·over(SB), NOSPLIT, $16-0
	NO_LOCAL_POINTERS               // the worker's stack leads to c
	MOVD R0, 8(RSP)
	MOVD R0, 16(RSP)
	MOVD ·overPull(SB), R26
	MOVD (R26), R2
	BL   (R2)
	MOVD R0, R2
	MOVD R1, R8
	MOVD 16(RSP), R0
	SUB  $8, RSP, R4
	CMP  $const_pullValue, R2
	BEQ  value
	B    ·exitNone(SB)
value:
	MOVD $const_ownerParked, R22
	B    ·exitKept(SB)

// rehired is where an idle worker continues.
TEXT ·rehired(SB), NOSPLIT|NOFRAME, $0-0
	MOVD $1, R0
	JMP  (R30)

DATA ·table2<>+0(SB)/8, $·handBackABI(SB)
GLOBL ·table2<>(SB), RODATA, $8

// func codes2() *[1]uintptr returns where handBack begins.
TEXT ·codes2(SB), NOSPLIT, $0-8
	MOVD $·table2<>(SB), R0
	MOVD R0, ret+0(FP)
	RET
