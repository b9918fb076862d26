import assert from 'node:assert/strict'

import type { CaseTools } from './case-tools.ts'

const maxTries = 20

/**
 * Sends events that a case needs within a period, again if a busy machine took longer. Each try needs tenants or keys
 * of its own.
 */
export async function sentWithin<T>(
  { now }: Pick<CaseTools, 'now'>,
  periodMs: number,
  send: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; tries <= maxTries; tries++) {
    const startedAt = now()
    const sent = await send()
    if (now() - startedAt < periodMs) return sent
  }
  return assert.fail(`The machine is too busy: of ${maxTries} tries, none sent its events within ${periodMs} ms.`)
}
