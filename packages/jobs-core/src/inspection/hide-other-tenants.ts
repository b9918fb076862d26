import type { JobErrorInfo } from '../runs/error-info.ts'
import type { StepStatus } from '../workflows/step-status.ts'
import type { DefinitionInfo } from './definition-info.ts'
import type { JobDetails, RunDetails } from './job-details.ts'
import type { JobSummary } from './job-summary.ts'

/** Stands for an error that can name other tenants. */
const hiddenError: JobErrorInfo = {
  name: 'HiddenError',
  message: "Only users of all tenants see the errors of the platform's workflows, because they can name other tenants.",
}

/** Copies of the platform's jobs without what belongs to other tenants. */
interface HidesOtherTenants {
  /** Returns the details or the status of a job. */
  job(job: JobDetails): JobDetails
  /** Returns the summary of a job. */
  summary(job: JobSummary): JobSummary
}

/**
 * Hides from the platform's jobs what belongs to other tenants. Only its workflows send and run jobs of others. Their
 * steps have ids, outputs and errors of these jobs, and an error of a step becomes one of the run. Outputs of other
 * steps and of the runs are the platform's own.
 *
 * @param definitions - the known ones. Any other can be a workflow
 */
export function hideOtherTenants(definitions: readonly Pick<DefinitionInfo, 'id' | 'kind'>[]): HidesOtherTenants {
  const harmless = new Set(definitions.filter(({ kind }) => kind !== 'workflow').map(({ id }) => id))

  const hideRun = (run: RunDetails): RunDetails => {
    const { steps, attemptHistory } = run
    const hide = harmless.has(run.definitionId) ? same : withoutError
    return {
      ...hide(run),
      ...(steps && { steps: steps.map(hideStep) }),
      ...(attemptHistory && { attemptHistory: attemptHistory.map(hide) }),
    }
  }
  return {
    job: ({ children: _, ...job }) => ({ ...job, runs: job.runs.map(hideRun) }),
    summary(job) {
      const { definitionIds } = job
      return definitionIds.length > 0 && definitionIds.every((id) => harmless.has(id)) ? job : withoutError(job)
    },
  }
}

function hideStep(step: StepStatus): StepStatus {
  if (step.kind !== 'sendEvent' && step.kind !== 'runJob') return step
  const { output: _output, waitsFor: _waitsFor, compensation, ...rest } = step
  return { ...withoutError(rest), ...(compensation && { compensation: withoutError(compensation) }) }
}

function same<Part>(part: Part): Part {
  return part
}

function withoutError<Part extends { readonly error?: JobErrorInfo }>(part: Part): Part {
  return part.error ? { ...part, error: hiddenError } : part
}
