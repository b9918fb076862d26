import { type Clock, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import { hasEnded, readRootSpan, type TracedStep, tracedSteps } from './run-trace.ts'

/** How long the trace of a run that has ended is waited for: it may come after the news of the end. */
const toldWithinMs = 8000
const pauseMs = 250

/**
 * The native steps of a run that has ended, all of them: what is missing in a trace that lags would be done once more.
 *
 * @throws {Error} where the trace does not come to its end.
 */
export async function readEndedTrace(api: EngineApi, clock: Clock, runId: string): Promise<TracedStep[]> {
  const until = clock.now() + toldWithinMs
  for (;;) {
    const root = await readRootSpan(api, runId)
    if (hasEnded(root)) return tracedSteps(root)
    if (clock.now() >= until) throw new Error(`Inngest does not tell yet what the run ${runId} did.`)
    await pause(clock, pauseMs)
  }
}
