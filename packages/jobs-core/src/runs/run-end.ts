import { RunTimeoutError } from '../errors/run-timeout-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { BaseDefinition } from '../jobs/job-definition.ts'

/** The latest end of a run whose definition has a `runTimeout`. */
export class RunEnd {
  /** The latest end, epoch milliseconds. */
  readonly at: number
  readonly #definitionId: string
  readonly #runTimeoutMs: number

  constructor(definitionId: string, runTimeoutMs: number, dueAt: number) {
    this.#definitionId = definitionId
    this.#runTimeoutMs = runTimeoutMs
    this.at = dueAt + runTimeoutMs
  }

  /** Returns the error of the run. @param cause - the error of its last attempt; absent if it was stopped */
  createError(cause?: Error): RunTimeoutError {
    const [definitionId, runTimeoutMs] = [this.#definitionId, this.#runTimeoutMs]
    return new RunTimeoutError({ definitionId, runTimeoutMs }, cause && { cause })
  }
}

/** Returns the latest end of a run; `undefined` without a `runTimeout`. @param retriedAt - see `AttemptOptions` */
export function runEndOf(
  { id, runTimeoutMs }: Pick<BaseDefinition, 'id' | 'runTimeoutMs'>,
  { runAt, sentAt }: Pick<Envelope, 'runAt' | 'sentAt'>,
  retriedAt: number | undefined,
): RunEnd | undefined {
  if (runTimeoutMs === undefined) return undefined
  return new RunEnd(id, runTimeoutMs, Math.max(runAt ?? sentAt, retriedAt ?? 0))
}
