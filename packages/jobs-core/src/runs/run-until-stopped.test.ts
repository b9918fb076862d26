import { expect, test } from 'vitest'

import { createManualClock } from '../../test/kit/manual-clock.ts'
import { RunEnd } from './run-end.ts'
import { runUntilStopped } from './run-until-stopped.ts'

test.for([
  [100, 200, 'job_timeout'],
  [200, 100, 'run_timeout'],
] as const)('of a timeout of %i ms and a run that ends in %i ms, the earlier stops the attempt', async (row) => {
  const [timeoutMs, remainingMs, code] = row
  const clock = createManualClock()
  const runEnd = new RunEnd('work', remainingMs, clock.now())
  const options = { signal: new AbortController().signal, clock, definitionId: 'work', timeoutMs, runEnd }
  let stoppedBy: unknown
  runUntilStopped(options, () => new Promise(() => undefined)).catch((error: unknown) => (stoppedBy = error))
  await clock.advance(100)
  expect(stoppedBy).toMatchObject({ code })
})
