// What both assembly files need.

// The fields of a Core, whose native part comes last, and of its ext.
#define C_LAYOUT (Core_native+native_layout)
#define C_FRAMES (Core_native+native_frames)
#define C_LO (Core_native+native_lo)
#define C_FLAGS (Core_native+native_flags)
#define X_LINKS (ext_nativeExt+nativeExt_links)
#define X_G (ext_nativeExt+nativeExt_standaloneExt+standaloneExt_g)
#define X_RESUMER (ext_nativeExt+nativeExt_standaloneExt+standaloneExt_resumer)

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
	CMPL const_gStatus(R14), $2; \
	JNE  slow; \
	CMPL const_gStatus(DX), $const_gWaiting; \
	JNE  slow; \
	CMPQ const_gM(DX), $0; \
	JNE  slow
