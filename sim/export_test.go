package sim

// QueueLen returns how many entries the event queue has, also stale ones.
func QueueLen(s *Sim) int { return s.queue.Len() }
