import { decodeForReader } from '../codec/decode-for-reader.ts'
import type { ValueCodec } from '../codec/value-codec.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { JobNotVisibleError } from '../errors/job-not-visible-error.ts'
import { textProblem } from '../options/text-problem.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import type { JobStatus } from '../status/job-status.ts'
import { type Clock, elapsedOf } from '../time/clock.ts'
import { pause } from '../time/pause.ts'

/** The options of `findJob`. */
export interface FindJobOptions {
  readonly clock: Clock
  /** Decodes the job. */
  readonly codec: ValueCodec | undefined
  /** Its tenant. Another tenant's job is not found. Default: any. */
  readonly tenantId?: string | undefined
  /** Maximum time to wait for a job that the engine does not show yet. Default 0. */
  readonly waitMs?: number
  /** Whether to tell why its runs wait. Default false. */
  readonly tellsWaits?: boolean
}

/** Reads the status of a job. @throws {JobNotFoundError} if the tenant has none with this id */
export async function findJob(provider: JobProvider, id: string, options: FindJobOptions): Promise<JobStatus> {
  const { clock, codec, tenantId, waitMs = 0, tellsWaits = false } = options
  const problem = textProblem(id)
  if (typeof id !== 'string' || id === '') {
    throw new InvalidOptionError({ option: 'id', problem: problem!, remedy: 'Pass the `id` of a job handle.' })
  }
  for (const until = elapsedOf(clock) + waitMs; ; await pause(clock, 200)) {
    try {
      // No job has such an id, so the engine is not asked: it may replace characters.
      const status = problem === undefined ? await provider.status(id, tenantId, tellsWaits) : undefined
      if (status && (tenantId === undefined || status.tenantId === tenantId))
        return await decodeForReader(status, codec)
      throw new JobNotFoundError({ jobId: id, provider: provider.name })
    } catch (error) {
      if (!JobNotVisibleError.isInstance(error) || elapsedOf(clock) >= until) throw error
    }
  }
}
