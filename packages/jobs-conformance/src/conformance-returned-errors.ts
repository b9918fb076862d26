import type { Json } from '@cgk-platform/jobs-core/provider'

/** An output that only the client's `returnedErrors` calls a failure. */
export const refusedOutput = { refused: 'by the client' } as const

/** Returns the client's `returnedErrors`: the error of a refused output. Every other output is a result. */
export function conformanceReturnedErrors(): (output: Json) => Error | undefined {
  return (output) => {
    const { refused } = (output ?? {}) as Partial<typeof refusedOutput>
    return refused === refusedOutput.refused ? new Error(`refused ${refused}`) : undefined
  }
}
