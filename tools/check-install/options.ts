import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** The names of the parts to run: those that have the word of `--only`, or all. */
  readonly wanted: readonly string[]
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
  if (only !== undefined && write) throw new Error('`--write` wants the whole table: leave `--only` out.')
  const wanted = parts.filter((name) => name.toLowerCase().includes((only ?? '').toLowerCase()))
  if (wanted.length === 0) throw new Error(`No part is named \`${only}\`. There are: ${parts.join(', ')}.`)
  return { wanted, write, keep }
}
