// Releases all packages with one version. Publishes exactly the tarballs that were checked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { execute } from '../check-packages/execute.ts'
import { checkContents, checkWithAttw, checkWithPublint } from '../check-packages/tarballs.ts'
import { checkManifest } from './check-manifest.ts'
import { changedFiles, copyLastCommit, lastCommit } from './git.ts'
import { type ReleaseMode, readMode, usage, UsageError } from './options.ts'
import { describeTarball, packRelease } from './pack-release.ts'
import { changesOf, commonVersion, openChangesets, writeVersions } from './versions.ts'

const repository = join(import.meta.dirname, '../..')

async function release(mode: ReleaseMode): Promise<void> {
  const changed = await changedFiles(repository)
  if (changed.length > 0) {
    throw new Error(
      `A release requires a clean working tree. Commit or revert these changes first:\n${changed.join('\n')}`,
    )
  }
  if (mode === 'version') return writeVersionsHere()
  const open = openChangesets(repository)
  if (mode === 'publish' && open.length > 0) {
    const names = open.join(', ')
    throw new Error(
      `These changesets are not released in a version yet: ${names}. Run \`./dev release --version\` and commit first.`,
    )
  }
  const temporary = mkdtempSync(join(tmpdir(), 'release-'))
  try {
    if (mode === 'publish') return await publish(repository, join(temporary, 'packed'))
    const copy = join(temporary, 'copy')
    await copyLastCommit(repository, copy)
    console.log(`Dry run in a copy of ${await lastCommit(repository)}, with ${open.length} open changesets`)
    if (open.length > 0) await writeVersions(copy)
    await packAndCheck(copy, join(temporary, 'packed'))
    console.log(`\n${changesOf(copy, commonVersion(copy)) ?? 'The changelog has no section for this version.'}\n`)
    console.log('Nothing was published. Your working tree is unchanged.')
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

async function writeVersionsHere(): Promise<void> {
  await writeVersions(repository)
  console.log(`All packages now have version ${commonVersion(repository)}. Review the changelogs and commit.`)
}

/** Packs the packages of a checkout, and checks each tarball. @throws on the first problem. */
async function packAndCheck(checkout: string, folder: string): Promise<void> {
  const version = commonVersion(checkout)
  const tarballs = await packRelease(checkout, folder)
  if (tarballs.length === 0) return console.log(`The registry already has version ${version} of all packages.`)
  await execute('node', [...fromSource, 'tools/check-packages/api-report.ts'], { cwd: checkout })
  console.log('The public API matches the committed reports.')
  console.log(`Version ${version}, ${tarballs.length} packages:`)
  for (const tarball of tarballs) {
    await checkContents(tarball)
    await checkManifest(tarball, version)
    await checkWithPublint(tarball)
    await checkWithAttw(tarball)
    await execute('npm', ['publish', '--dry-run', tarball.path], { cwd: folder })
    console.log(`  ${describeTarball(tarball)}`)
  }
}

const fromSource = ['--conditions=@cgk-platform/source', '--no-warnings']

async function publish(checkout: string, folder: string): Promise<void> {
  await packAndCheck(checkout, folder)
  console.log(await execute('changeset', ['publish', '--from-pack-dir', folder], { cwd: checkout }))
}

try {
  await release(readMode(process.argv.slice(2)))
} catch (error) {
  const isUsage = error instanceof UsageError
  console.error(`release: ${(error as Error).message}${isUsage ? `\n\n${usage}` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
