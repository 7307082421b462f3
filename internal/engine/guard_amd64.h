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
	CMPL const_gStatus(R14), $2; \
	JNE  slow; \
	CMPL const_gStatus(DX), $const_gWaiting; \
	JNE  slow
