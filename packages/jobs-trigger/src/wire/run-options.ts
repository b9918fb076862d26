import type { TriggerOptions as SdkOptions } from '@trigger.dev/sdk'

/** Options of a run that the runs which it starts also get. */
export type RunOptions = Pick<SdkOptions, 'machine'> & {
  /** Tags besides those of this library. With the references of the send, at most five. */
  readonly tags?: string | readonly string[] | undefined
}

/** Returns the options that the runs of a job inherit, or `undefined` if there are none. */
export function inheritedOptions({ machine, tags }: RunOptions): RunOptions | undefined {
  const inherited = {
    ...(machine !== undefined && { machine }),
    ...(tags !== undefined && { tags: [tags].flat() }),
  }
  return Object.keys(inherited).length === 0 ? undefined : inherited
}

/** Reads inherited options from a payload. */
export function readInheritedOptions(value: unknown): RunOptions | undefined {
  const { machine, tags } = (value ?? {}) as Record<string, unknown>
  return inheritedOptions({
    ...(typeof machine === 'string' && { machine: machine as NonNullable<RunOptions['machine']> }),
    ...(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') && { tags }),
  })
}
