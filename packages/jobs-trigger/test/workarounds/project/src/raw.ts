import { metadata, task } from '@trigger.dev/sdk'

import { record, perform, type Stage } from '../perform.ts'
import type { Script } from '../scripts.ts'

const stage = (signal: AbortSignal): Stage => ({
  signal,
  send: async () => (await later.trigger(undefined, { delay: '1h' })).id,
})

const later = task({ id: 'raw-later', run: async () => undefined })

/** A task with the settings of the project. */
export const plain = task({
  id: 'raw',
  run: (script: Script, { signal }) => perform(script, stage(signal)),
  onFailure: ({ ctx }) => record(`task failed ${ctx.run.id}`),
})

/** A task with three attempts. */
export const tried = task({
  id: 'raw-tried',
  retry: { maxAttempts: 3, minTimeoutInMs: 20, maxTimeoutInMs: 20, randomize: false },
  run: (script: Script, { signal }) => perform(script, stage(signal)),
  onFailure: ({ ctx }) => record(`task failed ${ctx.run.id}`),
})

/** A task with long retry delays. */
export const patient = task({
  id: 'raw-patient',
  retry: { maxAttempts: 3, minTimeoutInMs: 20_000, maxTimeoutInMs: 20_000, randomize: false },
  run: (script: Script, { signal }) => perform(script, stage(signal)),
})

/** A task whose queue has a concurrency limit of one. */
export const limited = task({
  id: 'raw-limited',
  queue: { concurrencyLimit: 1 },
  run: (script: Script, { signal }) => perform(script, stage(signal)),
})

/** A task that writes its error into its metadata. */
export const telling = task({
  id: 'raw-telling',
  run: (script: Script, { signal }) =>
    perform(script, stage(signal)).catch((error: Error & { code: string }) => {
      metadata.set('error', { code: error.code, message: error.message })
      throw error
    }),
})

/** A task that sends a batch. */
export const fanning = task({
  id: 'raw-fanning',
  run: async () =>
    (await plain.batchTrigger([1, 2, 3].map(() => ({ payload: { tenantId: 'acme', does: 'take time' as const } }))))
      .batchId,
})
