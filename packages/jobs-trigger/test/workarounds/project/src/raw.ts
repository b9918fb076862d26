import { metadata, task } from '@trigger.dev/sdk'

import { note, perform, type Stage } from '../perform.ts'
import type { Script } from '../scripts.ts'

const stage = (signal: AbortSignal): Stage => ({
  signal,
  send: async () => (await later.trigger(undefined, { delay: '1h' })).id,
})

const later = task({ id: 'raw-later', run: async () => undefined })

/** As simple as can be: the project's settings are its own. */
export const plain = task({
  id: 'raw',
  run: (script: Script, { signal }) => perform(script, stage(signal)),
  onFailure: ({ ctx }) => note(`raw failed ${ctx.run.id}`),
})

/** Tried three times. */
export const tried = task({
  id: 'raw-tried',
  retry: { maxAttempts: 3, minTimeoutInMs: 20, maxTimeoutInMs: 20, randomize: false },
  run: (script: Script, { signal }) => perform(script, stage(signal)),
  onFailure: ({ ctx }) => note(`raw failed ${ctx.run.id}`),
})

/** Waits long between its attempts. */
export const patient = task({
  id: 'raw-patient',
  retry: { maxAttempts: 3, minTimeoutInMs: 20_000, maxTimeoutInMs: 20_000, randomize: false },
  run: (script: Script, { signal }) => perform(script, stage(signal)),
})

/** One at a time, as it seems. */
export const limited = task({
  id: 'raw-limited',
  queue: { concurrencyLimit: 1 },
  run: (script: Script, { signal }) => perform(script, stage(signal)),
})

/** Tells in its metadata why it fails. */
export const telling = task({
  id: 'raw-telling',
  run: (script: Script, { signal }) =>
    perform(script, stage(signal)).catch((error: Error & { code: string }) => {
      metadata.set('error', { code: error.code, message: error.message })
      throw error
    }),
})

/** Sends a batch, as one who fans out. */
export const fanning = task({
  id: 'raw-fanning',
  run: async () =>
    (await plain.batchTrigger([1, 2, 3].map(() => ({ payload: { tenantId: 'acme', does: 'take time' as const } }))))
      .batchId,
})
