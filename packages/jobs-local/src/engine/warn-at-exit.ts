/** An engine that is open while the process may end. */
export interface OpenEngine {
  /** What ends with the process, in words that tell one occasion from another; empty when nothing does. */
  readonly loss: () => string
  /** Says so. */
  readonly warn: () => void
}

/** What each open engine was last seen to lose: a process that goes on after all is told only of a change. */
const warned = new Map<OpenEngine, string>()

/**
 * Lets an engine warn when the process ends by itself with work that waits, which memory does not keep. One listener for
 * the process, and none while no engine is open. The answer ends it.
 */
export function warnAtExit(engine: OpenEngine): () => void {
  if (warned.size === 0) process.on('beforeExit', warnAll)
  warned.set(engine, '')
  return () => {
    if (warned.delete(engine) && warned.size === 0) process.off('beforeExit', warnAll)
  }
}

function warnAll(): void {
  for (const [engine, before] of warned) {
    const loss = engine.loss()
    warned.set(engine, loss)
    // A logger that writes late keeps the process a little longer, and this is asked again.
    if (loss !== '' && loss !== before) engine.warn()
  }
}
