import type { Envelope } from '../events/envelope.ts'
import type { Instrumentation } from '../hooks/instrumentation.ts'
import { sendObserved } from '../hooks/send-observed.ts'
import type { Attempt } from './attempt.ts'
import type { TickHost } from './dispatch-tick.ts'

/** Returns a host whose sends are observed as a batch: the jobs of a tick get the trace of the run that sends them. */
export function observedTickHost(host: TickHost, attempt: Attempt, instrument: Instrumentation): TickHost {
  const { logger, limits } = attempt.host
  /** Sends envelopes. @param send - returns the tenants that already had an open run */
  const observed = async (
    envelopes: readonly Envelope[],
    send: (traced: readonly Envelope[]) => Promise<readonly string[]>,
  ): Promise<readonly string[]> => {
    let open: readonly string[] = []
    await sendObserved(instrument, { envelopes, provider: limits.provider, isBatch: true }, logger, async (traced) => {
      open = await send(traced)
      const skipped = new Set(open)
      // A hosted engine chooses the ids of these jobs and does not report them.
      return traced.map(({ tenantId }) => ({ ok: true, id: '', deduplicated: skipped.has(tenantId) }))
    })
    return open
  }
  return {
    ...host,
    async send(envelopes) {
      await observed(envelopes, async (traced) => {
        await host.send(traced)
        return []
      })
    },
    ...(host.sendUnlessOpen && {
      sendUnlessOpen: (envelopes: readonly Envelope[]) => observed(envelopes, (traced) => host.sendUnlessOpen!(traced)),
    }),
  }
}
