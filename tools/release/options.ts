import { parseArgs } from 'node:util'

/** What a release is asked to do. */
export type ReleaseMode = 'dry-run' | 'version' | 'publish'

export const usage = `Usage: ./dev release [--dry-run | --version]

  --dry-run   does all of it with a copy of the last commit: versions, changelogs, tarballs, checks; publishes nothing
  --version   writes the versions and the changelogs that the changesets ask for, to be committed
              without either: packs, checks and publishes the versions that the registry does not have`

/** Arguments that ask for nothing that a release can do. */
export class UsageError extends Error {}

/** Reads the arguments of a release. @throws {@link UsageError} for one that it does not know, or both modes at once. */
export function toMode(args: readonly string[]): ReleaseMode {
  const { 'dry-run': isDryRun, version } = parse(args)
  if (isDryRun && version) throw new UsageError('Either `--dry-run` or `--version`, not both.')
  if (isDryRun) return 'dry-run'
  return version ? 'version' : 'publish'
}

function parse(args: readonly string[]): { 'dry-run'?: boolean; version?: boolean } {
  const options = { 'dry-run': { type: 'boolean' }, version: { type: 'boolean' } } as const
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
