//go:build amd64 && linux && go1.25 && !go1.26

package engine

// What handover.go and its assembly rely on in this release: runtime/runtime2.go: g, m and
// waitReason. handoverOK looks for it in the running program.
const (
	gM              = 48
	gSched          = 56
	gSchedBP        = 96
	gStatus         = 144
	gWaitReason     = 176
	gLockedM        = 208
	gBubble         = 384
	mCurg           = 184
	reasonCoroutine = 38
)
