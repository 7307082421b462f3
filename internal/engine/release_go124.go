//go:build amd64 && linux && !go1.25

package engine

// What handover.go and its assembly rely on in this release: runtime/runtime2.go: g, m and
// waitReason. handoverOK looks for it in the running program.
const (
	gM              = 48
	gSched          = 56
	gSchedBP        = 104
	gStatus         = 152
	gWaitReason     = 184
	gLockedM        = 216
	gBubble         = 392
	mCurg           = 192
	reasonCoroutine = 37
)
