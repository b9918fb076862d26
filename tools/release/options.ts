import { parseArgs } from 'node:util'

/** What a release is asked to do. */
export type ReleaseMode = 'dry-run' | 'version' | 'publish'

export const usage = `Usage: ./dev release [--dry-run | --version]

  --dry-run   does all of it with a copy of the last commit: versions, changelogs, tarballs, checks; publishes nothing
  --version   writes the versions and the changelogs that the changesets ask for, to be committed
              without either: packs, checks and publishes the versions that the registry does not have`

/** Reads the arguments of a release. @throws where they are none that it knows, or both modes at once. */
export function toMode(args: readonly string[]): ReleaseMode {
  const options = { 'dry-run': { type: 'boolean' }, version: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: [...args], options })
  if (values['dry-run'] && values.version) throw new Error('Either `--dry-run` or `--version`, not both.')
  if (values['dry-run']) return 'dry-run'
  return values.version ? 'version' : 'publish'
}
