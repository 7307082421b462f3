// What both assembly files need.

// HANDOVER is defined where there is a hand-over, as handover.go is built.
#define HANDOVER
#ifdef GOOS_darwin
#undef HANDOVER
#endif
#ifdef GOOS_openbsd
#undef HANDOVER
#endif
#ifdef GOOS_windows
#undef HANDOVER
#endif

// The fields of a Core, whose native part comes last, and of its ext.
#define X_G (ext_standaloneExt+standaloneExt_g)
#define X_RESUMER (ext_standaloneExt+standaloneExt_resumer)

// YIELDED makes AX what a yield function returns, by the flags in CX: 1 if the sequence is not stopped.
#define YIELDED \
	MOVL CX, AX; \
	SHRL $1, AX; \
	NOTL AX; \
	ANDL $1, AX

// GUARD goes to slow unless this goroutine and the one in DX may change places.
#define GUARD(slow) \
	MOVQ ·tracing(SB), CX; \
	CMPB (CX), $0; \
	JNE  slow; \
	MOVQ ·profiling(SB), CX; \
	CMPB (CX), $0; \
	JNE  slow; \
	MOVQ const_gLockedM(R14), CX; \
	ORQ  const_gLockedM(DX), CX; \
	ORQ  const_gBubble(R14), CX; \
	ORQ  const_gBubble(DX), CX; \
	JNE  slow; \
	CMPL const_gStatus(R14), $const_gRunning; \
	JNE  slow; \
	CMPL const_gStatus(DX), $const_gWaiting; \
	JNE  slow; \
	CMPQ const_gM(DX), $0; \
	JNE  slow
