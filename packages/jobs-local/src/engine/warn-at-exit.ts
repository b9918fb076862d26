/** An open engine whose work can be lost when the process exits. */
export interface OpenEngine {
  /** Returns a string that identifies the work that an exit would lose. Empty if there is none. */
  readonly pendingWork: () => string
  /** Logs the warning. */
  readonly warn: () => void
}

/**
 * The pending work of each open engine at its last check. A process that does not exit after all warns again only after
 * a change.
 */
const warned = new Map<OpenEngine, string>()

/**
 * Lets an engine warn when the process exits because its event loop is empty, with work that memory loses. Adds one
 * listener for the process, and none while no engine is open. Returns a function that stops the warning.
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
    const pendingWork = engine.pendingWork()
    warned.set(engine, pendingWork)
    // A logger that writes asynchronously keeps the process alive briefly, and `beforeExit` is emitted again.
    if (pendingWork !== '' && pendingWork !== before) engine.warn()
  }
}
