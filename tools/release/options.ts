import { parseArgs } from 'node:util'

/** The mode of a release. `usage` describes each one. */
export type ReleaseMode = 'dry-run' | 'version' | 'publish'

export const usage = `Usage: ./dev release [--dry-run | --version]

  --dry-run   Writes versions and changelogs, packs and checks in a copy of the last commit. Publishes nothing.
  --version   Writes the versions and changelogs of all open changesets here. Commit them.
  (none)      Packs, checks and publishes the versions that the registry does not have.`

/** The arguments are invalid. */
export class UsageError extends Error {}

/** Reads the arguments of a release. @throws {@link UsageError} for an unknown argument, or for both options. */
export function readMode(args: readonly string[]): ReleaseMode {
  const { 'dry-run': isDryRun, version } = parse(args)
  if (isDryRun && version) throw new UsageError('Use either `--dry-run` or `--version`, not both.')
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
