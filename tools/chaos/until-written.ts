import { setTimeout as sleep } from 'node:timers/promises'

import { StoreError } from '@cgk-platform/jobs/errors'

/** Makes a change. Tries again while the store has a fault. */
export async function untilWritten(change: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await change()
    } catch (error) {
      if (!StoreError.isInstance(error)) throw error
      await sleep(100)
    }
  }
}
