import { idAt, timeOfId } from '../../wire/event-id.ts'
import { sha1 } from '../../wire/sha1.ts'

/**
 * The id of the job that a step sends, by the step's idempotency key, which begins with the id of a run. It is known before
 * the job is sent, and the same in every attempt, so that Inngest takes them all for one. Made at once: steps that the code
 * calls together must reach the SDK together.
 */
export function sentJobId(idempotencyKey: string): string {
  const runId = idempotencyKey.slice(0, idempotencyKey.indexOf('/'))
  const hash = sha1(JSON.stringify(['step', idempotencyKey]))
  const entropy = Uint8Array.from({ length: 10 }, (_, index) =>
    Number.parseInt(hash.slice(index * 2, index * 2 + 2), 16),
  )
  return idAt({ timeMs: timeOfId(runId) ?? 1, entropy }, 0)
}
