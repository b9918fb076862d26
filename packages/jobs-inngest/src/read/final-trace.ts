import { type Clock, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import { isTraceComplete, readRootSpan, type TracedStep, tracedSteps } from './run-trace.ts'

/** Maximum time to wait for the trace of an ended run: it can lag behind the run's status. */
const timeoutMs = 8000
const pauseMs = 250

/**
 * Reads all native steps of an ended run. Waits until the trace is complete, because a missing step would be repeated.
 *
 * @throws {Error} if the trace is still incomplete after 8 seconds.
 */
export async function readFinalTrace(api: EngineApi, clock: Clock, runId: string): Promise<TracedStep[]> {
  const until = clock.now() + timeoutMs
  for (;;) {
    const root = await readRootSpan(api, runId)
    if (isTraceComplete(root)) return tracedSteps(root)
    if (clock.now() >= until) throw new Error(`Inngest does not return the complete trace of the run ${runId} yet.`)
    await pause(clock, pauseMs)
  }
}
