import type { CronJobDefinition, JobDefinition, PauseTarget } from '@cgk-platform/jobs-core'
import { createJobId, systemTenantId } from '@cgk-platform/jobs-core/provider'
import { toCronEnvelope } from '@cgk-platform/jobs-core/scheduling'

import type { BrokenProvider } from './broken-provider.ts'
import { withDefinitions } from './with-definitions.ts'

/** Faults of pauses. */
export const brokenPauses: readonly BrokenProvider[] = [
  {
    rule: 'flowControl',
    fault: 'lists pauses without pausing',
    caughtBy: [
      ...['definition', 'tenant'].flatMap((kind) => [
        `paused-${kind}-waits`,
        `paused-${kind}-finishes-attempts`,
        `paused-${kind}-holds-retries`,
        `paused-${kind}-holds-workflows`,
        `paused-${kind}-can-be-cancelled`,
        `paused-${kind}-delays-pass`,
        `paused-${kind}-twice`,
        `paused-${kind}-does-not-hold-others`,
      ]),
      'paused-tenant-of-a-tenant-client',
      'paused-platform',
      'paused-cron-job',
      'pause-by-a-sender',
    ],
    wrap: pretendingToPause(),
  },
  {
    rule: 'flowControl',
    fault: 'pauses all definitions and tenants',
    caughtBy: ['paused-definition-does-not-hold-others', 'paused-tenant-does-not-hold-others', 'paused-platform'],
    wrap: (provider) => ({
      ...provider,
      async pause(target) {
        await provider.pause!(target)
        for (const definitionId of ['conformance-plain', 'conformance-pausable-pair-b']) {
          await provider.pause!({ definitionId })
        }
      },
    }),
  },
  {
    rule: 'flowControl',
    fault: 'aborts attempts soon after a pause began',
    caughtBy: ['paused-definition-finishes-attempts', 'paused-tenant-finishes-attempts'],
    wrap(provider, clock) {
      let abort = new AbortController()
      const withSignal = withDefinitions((definition) => {
        if (definition.kind !== 'job') return definition
        const handler: JobDefinition['handler'] = (event, context) =>
          definition.handler(event, { ...context, signal: AbortSignal.any([context.signal, abort.signal]) })
        return { ...definition, handler }
      })
      return {
        ...withSignal(provider, clock),
        async pause(target) {
          await provider.pause!(target)
          const current = abort
          abort = new AbortController()
          clock.setTimer(100, () => current.abort(new Error('The definition was paused.')))
        },
      }
    },
  },
  {
    rule: 'flowControl',
    fault: 'makes up for the skipped ticks after a pause',
    caughtBy: ['paused-cron-job'],
    wrap: (provider, clock) => ({
      ...provider,
      async resume(target) {
        await provider.resume!(target)
        const id = target.definitionId!
        const now = clock.now()
        const lastTick = now - (now % 60_000)
        for (const tick of [lastTick - 60_000, lastTick]) {
          const facts = { id: createJobId(now), tick, tenantId: systemTenantId, now }
          await provider.send([toCronEnvelope({ id } as CronJobDefinition, facts)])
        }
      },
    }),
  },
]

/** Keeps a list of pauses that the engine does not know. */
function pretendingToPause(): NonNullable<BrokenProvider['wrap']> {
  return (provider) => {
    const pauses = new Map<string, PauseTarget>()
    return {
      ...provider,
      pause: async (target) => void pauses.set(JSON.stringify(target), target),
      resume: async (target) => void pauses.delete(JSON.stringify(target)),
      pauses: async () => [...pauses.values()],
    }
  }
}
