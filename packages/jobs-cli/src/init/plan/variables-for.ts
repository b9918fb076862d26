import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

/** A line of a `.env`. */
export interface Variable {
  readonly name: string
  readonly value: string
  /** Said above it. */
  readonly comment?: string
  /** True where it is only to be found there, in a comment. */
  readonly isOff?: boolean
}

/** The variables of an engine, as they are while one develops; no secret among them. */
export function variablesFor({ name: engine, variables = [] }: EngineDescriptor): Variable[] {
  return [
    { name: 'JOB_PROVIDER', value: engine, comment: 'The engine of the jobs.' },
    ...variables.flatMap(({ name, purpose, example }) =>
      example ? [{ name, value: example.value, comment: purpose, isOff: example.isCommentedOut ?? false }] : [],
    ),
  ]
}
