import { parseArgs } from 'node:util'

/** Options of `./dev check-install`. */
export interface Options {
  /** The names of the parts to run: all, or those that contain the word of `--only`. */
  readonly selected: readonly string[]
  /** Whether to write the table to `docs/installation.md`. */
  readonly write: boolean
  /** Whether to keep the folder of the apps. */
  readonly keep: boolean
}

/** Reads the arguments. @throws an error for invalid ones. */
export function readOptions(args: readonly string[], parts: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, write: { type: 'boolean' }, keep: { type: 'boolean' } },
  })
  const { only, write = false, keep = false } = values
  if (only !== undefined && write) throw new Error('`--write` requires the complete table. Omit `--only`.')
  const selected = parts.filter((name) => name.toLowerCase().includes((only ?? '').toLowerCase()))
  if (selected.length === 0) throw new Error(`No part contains \`${only}\`. The parts are: ${parts.join(', ')}.`)
  return { selected, write, keep }
}
