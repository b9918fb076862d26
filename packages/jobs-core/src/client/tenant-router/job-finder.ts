import { InvalidOptionError } from '../../errors/invalid-option-error.ts'
import { JobNotFoundError } from '../../errors/job-not-found-error.ts'
import { JobNotVisibleError } from '../../errors/job-not-visible-error.ts'
import { quote } from '../../errors/quote.ts'
import { RequestFailedError } from '../../errors/request-failed-error.ts'
import { systemTenantId } from '../../values/reserved-names.ts'
import { BoundedMap } from '../../runtime/bounded-map.ts'
import { toErrorInfo } from '../../errors/error-info.ts'
import type { JobDetails } from '../../status/job-details.ts'
import type { JobStatus } from '../../status/job-status.ts'
import type { JobClient, JobOperations, TenantClient } from '../job-client.ts'
import type { RoutedEngine, TenantRoutes } from './tenant-routes.ts'

/** A job that was found, or that an engine may show later. */
export interface FoundJob {
  /** The operations of its engine. */
  readonly operations: JobOperations & Pick<TenantClient, 'inspect'>
  /** Its status, or why it has none yet. */
  readonly status: JobStatus | JobNotVisibleError
}

/** Finds the engines of jobs. */
export class JobFinder {
  readonly #routes: TenantRoutes
  /** The engines of recent jobs, by the job's id. */
  readonly #recent = new BoundedMap<string, RoutedEngine>(10_000)

  constructor(routes: TenantRoutes) {
    this.#routes = routes
  }

  /** Records the engine of a job. */
  remember(id: string, engine: RoutedEngine): void {
    this.#recent.set(id, engine)
  }

  /** Finds a job, also one that its engine does not show yet. @throws as `details` */
  async find(id: string, tenantId?: string): Promise<FoundJob> {
    let invisible: FoundJob | undefined
    const found = await this.#ask(id, tenantId, async (operations) => {
      try {
        return { operations, status: await operations.getJobStatus(id) }
      } catch (error) {
        if (!JobNotVisibleError.isInstance(error)) throw error
        invisible ??= { operations, status: error }
        return undefined
      }
    })
    return found ?? invisible ?? this.#throwNotFound(id)
  }

  /**
   * Reads everything about a job.
   *
   * @throws {JobNotFoundError} only if every engine has said so.
   * @throws {JobNotVisibleError} if an engine may show it later, and none of the others has it.
   * @throws {RequestFailedError} naming the engines that failed, if none of the others has the job.
   */
  async details(id: string, tenantId?: string): Promise<JobDetails> {
    let invisible: JobNotVisibleError | undefined
    const found = await this.#ask(id, tenantId, async ({ inspect }) => {
      try {
        return await inspect.getJob(id)
      } catch (error) {
        if (!JobNotVisibleError.isInstance(error)) throw error
        invisible ??= error
        return undefined
      }
    })
    if (!found && invisible) throw invisible
    return found ?? this.#throwNotFound(id)
  }

  /** Asks the engine that had the job last, then the others in order, until one has an answer. */
  async #ask<Answer>(
    id: string,
    tenantId: string | undefined,
    read: (operations: FoundJob['operations']) => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    const failed: { readonly name: string; readonly error: unknown }[] = []
    for (const engine of this.#inOrder(id)) {
      try {
        const answer = await read(operationsOf(engine.client, tenantId))
        if (answer === undefined) continue
        this.remember(id, engine)
        return answer
      } catch (error) {
        if (InvalidOptionError.isInstance(error) && error.option === 'id') throw error
        if (!JobNotFoundError.isInstance(error)) failed.push({ name: engine.name, error })
      }
    }
    if (failed.length > 0) throw notAsked(id, failed)
    return undefined
  }

  #throwNotFound(id: string): never {
    throw new JobNotFoundError({ jobId: id, provider: this.#routes.engines.map(({ name }) => name).join('`, `') })
  }

  #inOrder(id: string): readonly RoutedEngine[] {
    const recent = this.#recent.get(id)
    const { engines } = this.#routes
    return recent ? [recent, ...engines.filter((engine) => engine !== recent)] : engines
  }
}

function operationsOf(client: JobClient, tenantId: string | undefined): FoundJob['operations'] {
  if (tenantId === undefined) return client
  return tenantId === systemTenantId ? client.forSystem() : client.forTenant(tenantId)
}

function notAsked(id: string, failed: readonly { readonly name: string; readonly error: unknown }[]): Error {
  const provider = failed.map(({ name }) => name).join('`, `')
  const problem = failed.map(({ error }) => toErrorInfo(error).message.replace(/\.$/, '')).join('; ')
  const remedy = 'No other engine of the router has the job. Try again when the engine responds.'
  const failure = { provider, operation: `find the job ${quote(id)}`, problem, remedy }
  return new RequestFailedError(failure, { cause: failed[0]!.error })
}
