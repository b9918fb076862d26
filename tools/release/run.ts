// Releases all packages in one version. What is published are the tarballs that were checked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { execute } from '../check-packages/execute.ts'
import { checkContents, checkWithAttw, checkWithPublint } from '../check-packages/tarballs.ts'
import { checkManifest } from './check-manifest.ts'
import { changedFiles, copyLastCommit, lastCommit } from './git.ts'
import { type ReleaseMode, toMode, usage, UsageError } from './options.ts'
import { describeTarball, packRelease } from './pack-release.ts'
import { changesOf, commonVersion, openChangesets, writeVersions } from './versions.ts'

const repository = join(import.meta.dirname, '../..')

async function release(mode: ReleaseMode): Promise<void> {
  const changed = await changedFiles(repository)
  if (changed.length > 0) {
    throw new Error(
      `A release is made of a commit. Commit these changes first, or take them back:\n${changed.join('\n')}`,
    )
  }
  if (mode === 'version') return writeVersionsHere()
  const open = openChangesets(repository)
  if (mode === 'publish' && open.length > 0) {
    const names = open.join(', ')
    throw new Error(
      `These changesets are in no version yet: ${names}. Run \`./dev release --version\` and commit first.`,
    )
  }
  const temporary = mkdtempSync(join(tmpdir(), 'release-'))
  try {
    if (mode === 'publish') return await publish(repository, join(temporary, 'packed'))
    const copy = join(temporary, 'copy')
    await copyLastCommit(repository, copy)
    console.log(`A copy of ${await lastCommit(repository)}, with ${open.length} changesets`)
    if (open.length > 0) await writeVersions(copy)
    await checkedTarballs(copy, join(temporary, 'packed'))
    console.log(`\n${changesOf(copy, commonVersion(copy)) ?? 'The changelog says nothing of it.'}\n`)
    console.log('Nothing was published, and nothing here was changed.')
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

async function writeVersionsHere(): Promise<void> {
  await writeVersions(repository)
  console.log(`The packages have version ${commonVersion(repository)}. Read the changelogs, and commit.`)
}

/** Packs the packages of a checkout, and checks each tarball as npm would get it. @throws at the first that is not right. */
async function checkedTarballs(checkout: string, folder: string): Promise<void> {
  const version = commonVersion(checkout)
  const tarballs = await packRelease(checkout, folder)
  if (tarballs.length === 0) return console.log(`The registry has version ${version} of all packages.`)
  await execute('node', [...fromSource, 'tools/check-packages/api-report.ts'], { cwd: checkout })
  console.log(`The public faces are those of the committed reports.`)
  console.log(`Version ${version} of ${tarballs.length} packages:`)
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
  await checkedTarballs(checkout, folder)
  console.log(await execute('changeset', ['publish', '--from-pack-dir', folder], { cwd: checkout }))
}

try {
  await release(toMode(process.argv.slice(2)))
} catch (error) {
  const isUsage = error instanceof UsageError
  console.error(`release: ${(error as Error).message}${isUsage ? `\n\n${usage}` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
