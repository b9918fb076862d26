import { type CheckedOptions, type DeclaredOptions, declareOptions, oneOf } from '@cgk-platform/jobs-core/provider'

/** The options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /**
   * `linked`: each attempt starts a trace of its own, or belongs to the trace of the hosted engine's SDK, with a link to
   * the send. `nested`: it continues the trace of the send. Default: `linked`.
   */
  attempts?: 'linked' | 'nested' | undefined
  /**
   * `linked`: a workflow that resumes starts a trace of its own, with a link to the one before. `nested`: it continues
   * that trace. Default: `linked`, so that a workflow that sleeps for a week is not one long trace.
   */
  resumes?: 'linked' | 'nested' | undefined
}

const relations = ['linked', 'nested'] as const

/** The declarations of the options. */
export const options: DeclaredOptions<CheckedOptions<OpenTelemetryOptions>> = declareOptions<OpenTelemetryOptions>(
  '`openTelemetry`',
  { attempts: oneOf(relations), resumes: oneOf(relations) },
)
