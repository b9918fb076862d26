import { setTimeout as pause } from 'node:timers/promises'

import type { JobClient } from '@cgk-platform/jobs'

/** Waits until an engine notices changes of other processes in this way. */
export async function untilAware(client: JobClient, awareness: 'listening' | 'polling'): Promise<void> {
  for (;;) {
    const { checks } = await client.healthCheck()
    if (checks.some(({ name, message }) => name === 'notifications' && message?.startsWith(awareness))) return
    await pause(20)
  }
}
