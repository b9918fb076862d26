import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

/** A line of a `.env`. */
export interface Variable {
  readonly name: string
  readonly value: string
  /** The comment above it. */
  readonly comment?: string
  /** True if the line is commented out. */
  readonly isCommentedOut?: boolean
}

/** Returns an engine's variables for development, without secrets. */
export function variablesFor({ name: engine, variables = [] }: EngineDescriptor): Variable[] {
  return [
    { name: 'JOB_PROVIDER', value: engine, comment: 'The engine that runs the jobs.' },
    ...variables.flatMap(({ name, purpose, example }) =>
      example
        ? [{ name, value: example.value, comment: purpose, isCommentedOut: example.isCommentedOut ?? false }]
        : [],
    ),
  ]
}
