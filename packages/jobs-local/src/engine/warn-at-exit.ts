/** An engine that is open while the process may end. */
export interface OpenEngine {
  /** Jobs that have not ended. */
  readonly openJobs: number
  /** Says that the process ends and these are dropped. */
  readonly warn: (jobs: number) => void
}

/** How many jobs each open engine was last seen to drop: a process that goes on after all is told only of a change. */
const warned = new Map<OpenEngine, number>()

/**
 * Lets an engine warn when the process ends by itself with jobs that wait, which memory does not keep. One listener for
 * the process, and none while no engine is open. The answer ends it.
 */
export function warnAtExit(engine: OpenEngine): () => void {
  if (warned.size === 0) process.on('beforeExit', warnAll)
  warned.set(engine, 0)
  return () => {
    if (warned.delete(engine) && warned.size === 0) process.off('beforeExit', warnAll)
  }
}

function warnAll(): void {
  for (const [engine, before] of warned) {
    const { openJobs } = engine
    warned.set(engine, openJobs)
    // A logger that writes late keeps the process a little longer, and this is asked again.
    if (openJobs > 0 && openJobs !== before) engine.warn(openJobs)
  }
}
