import { idAt, timeOfId } from '../../wire/event-id.ts'
import { sha1 } from '../../wire/sha1.ts'

/**
 * Derives the id of the job that a step sends from the step's idempotency key, which begins with the id of a run. The
 * id is the same in every attempt, so Inngest deduplicates the sends. Synchronous, because steps that the code calls
 * together must reach the SDK together.
 */
export function sentJobId(idempotencyKey: string): string {
  const runId = idempotencyKey.slice(0, idempotencyKey.indexOf('/'))
  const hash = sha1(JSON.stringify(['step', idempotencyKey]))
  const entropy = Uint8Array.from({ length: 10 }, (_, index) =>
    Number.parseInt(hash.slice(index * 2, index * 2 + 2), 16),
  )
  return idAt({ timeMs: timeOfId(runId) ?? 1, entropy }, 0)
}
