import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** A word of the names of the parts to run; default all. */
  readonly only: string | undefined
  /** Whether `docs/installation.md` gets the table. */
  readonly write: boolean
  /** Whether the apps are left for a look at them. */
  readonly keep: boolean
}

/** Reads the arguments. @throws where they make no sense, with what would. */
export function readOptions(args: readonly string[], parts: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, write: { type: 'boolean' }, keep: { type: 'boolean' } },
  })
  const { only, write = false, keep = false } = values
  if (only !== undefined && !parts.some((name) => name.includes(only)))
    throw new Error(`No part is named \`${only}\`. There are: ${parts.join(', ')}.`)
  if (only !== undefined && write) throw new Error('`--write` wants the whole table: leave `--only` out.')
  return { only, write, keep }
}
