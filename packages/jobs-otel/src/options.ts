import {
  type CheckedOptions,
  custom,
  type DeclaredOptions,
  declareOptions,
  kindOf,
  oneOf,
} from '@cgk-platform/jobs-core/provider'

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
  /**
   * The members of the baggage that travel with a job, and are stored with it: all, none, or those with these keys.
   * Default: `true`, as far as your app has a propagator for it.
   */
  baggage?: boolean | readonly string[] | undefined
}

const relations = ['linked', 'nested'] as const

/** The declarations of the options. */
export const options: DeclaredOptions<CheckedOptions<OpenTelemetryOptions>> = declareOptions<OpenTelemetryOptions>(
  '`openTelemetry`',
  {
    attempts: oneOf(relations),
    resumes: oneOf(relations),
    baggage: custom<boolean | readonly string[]>((given, name, createError) => {
      if (typeof given === 'boolean') return given
      if (Array.isArray(given) && given.every((key) => typeof key === 'string')) return [...given]
      throw createError(name, `is ${kindOf(given)}`, 'Pass `true`, `false`, or an array of keys.')
    }),
  },
)
