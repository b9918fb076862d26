import type { Definition } from '../jobs/definition.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import type { StepStatus } from '../status/step-status.ts'
import type { ErrorGroup } from '../status/error-groups.ts'
import type { JobDetails, RunDetails } from '../status/job-details.ts'
import type { WaitReason } from '../status/wait-reason.ts'
import type { JobSummary } from '../status/job-summary.ts'

/** Stands for an error that can name other tenants. */
const hiddenError: JobErrorInfo = {
  name: 'HiddenError',
  message: 'Only users of all tenants see this error, because it can name other tenants.',
}

/** Copies of the platform's jobs without what belongs to other tenants. */
interface HidesOtherTenants {
  /** Returns the details or the status of a job. */
  job(job: JobDetails): JobDetails
  /** Returns the summary of a job. */
  summary(job: JobSummary): JobSummary
  /** Returns a group of errors. */
  errors(group: ErrorGroup): ErrorGroup
}

/**
 * Hides what the platform's workflows and cron jobs with `tenants` can have from other tenants, because they send jobs of
 * others: the errors and outputs of their runs and steps, what steps wait for, and the ids of jobs that they sent. Their
 * code can put data of others into any output or error. Payloads, references and ids of steps stay.
 *
 * @param definitions - the known ones. Any other can be one of these
 */
export function hideOtherTenants(definitions: readonly Definition[]): HidesOtherTenants {
  const harmless = new Set(definitions.map(({ id }) => id))
  for (const definition of definitions) if (sendsForOthers(definition)) harmless.delete(definition.id)

  const hideRun = (run: RunDetails): RunDetails => {
    const { steps, attemptHistory, waiting } = run
    if (harmless.has(run.definitionId) && !steps?.length) return run
    return {
      ...hideResult(waiting && isOfStep(waiting) ? withoutWait(run) : run),
      ...(steps && { steps: steps.map(hideStep) }),
      ...(attemptHistory && { attemptHistory: attemptHistory.map(hideResult) }),
    }
  }
  return {
    job: ({ children: _, ...job }) => ({ ...job, runs: job.runs.map(hideRun) }),
    errors: (group) =>
      harmless.has(group.definitionId)
        ? group
        : { ...group, errorGroup: `${hiddenError.name}: ${hiddenError.message}` },
    summary(job) {
      const { definitionIds } = job
      return definitionIds.length > 0 && definitionIds.every((id) => harmless.has(id))
        ? job
        : {
            ...job,
            ...(job.error && { error: { ...hiddenError, definitionId: job.error.definitionId } }),
            runs: job.runs.map(hideResult),
          }
    },
  }
}

function sendsForOthers(definition: Definition): boolean {
  return definition.kind === 'workflow' || (definition.kind === 'cron' && definition.tenants !== undefined)
}

function isOfStep({ kind }: WaitReason): boolean {
  return kind === 'event' || kind === 'signal' || kind === 'job'
}

function withoutWait({ waiting: _, ...run }: RunDetails): RunDetails {
  return run
}

function hideStep({ waitsFor: _, compensation, ...step }: StepStatus): StepStatus {
  return { ...hideResult(step), ...(compensation && { compensation: hideResult(compensation) }) }
}

function hideResult<Part extends { readonly output?: unknown; readonly error?: JobErrorInfo }>(part: Part): Part {
  const { output: _, ...rest } = part
  return { ...rest, ...(part.error && { error: hiddenError }) } as Part
}
