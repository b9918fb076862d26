import type { PauseTarget } from '@cgk-platform/jobs-core'

import type { BrokenProvider } from './broken-provider.ts'

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
