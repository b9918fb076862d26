import type { HostDependencies } from './host-dependencies.ts'
import type { RunContext } from './run-context.ts'

/** Delay of the check. Shorter attempts send no request, and replicas of the server's database have caught up. */
const checkAfterMs = 200

/**
 * Checks once, shortly after the start of an attempt, whether its run was cancelled. Trigger.dev's worker ignores the
 * notice of a cancel that comes before its process executes the attempt. Returns a function that stops the check.
 */
export function checkCancel(
  { ctx, signal }: RunContext,
  { api, clock }: Pick<HostDependencies, 'api' | 'clock'>,
  onCancelled: () => void,
): () => void {
  let isOver = false
  const check = async (): Promise<void> => {
    // Without a response, later cancels still arrive.
    const run = await api.retrieve(`read the run ${ctx.run.id}`, ctx.run.id).catch(() => undefined)
    if (run?.status === 'CANCELED' && !isOver && !signal.aborted) onCancelled()
  }
  const timer = clock.setTimer(checkAfterMs, () => void check())
  return () => {
    isOver = true
    timer.cancel()
  }
}
