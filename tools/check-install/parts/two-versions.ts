import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../../check-packages/execute.ts'
import { installIn } from '../install.ts'
import { repack } from '../repack.ts'
import type { Finding } from '../row.ts'
import type { InstallChecks } from '../install-checks.ts'
import { versionIn } from '../versions.ts'

const otherVersion = '99.0.0-other'
const laterVersion = '99.0.0-later'
const what = '@cgk-platform/jobs-core twice in one tree'

/** Checks that two versions in one tree share errors and definitions, or throw if they are incompatible. */
export async function checkTwoVersions(checks: InstallChecks): Promise<void> {
  const cwd = join(checks.folder, 'two-versions')
  await checks.check('two versions', `${what}: installed, compiled`, async () => {
    const withOtherContract = (source: string): string =>
      source.replace('const formatVersion = "v1"', 'const formatVersion = "v2"')
    const others = [
      ...(await repack(checks.tarballs, join(checks.folder, 'repacked'), otherVersion)),
      ...(await repack(checks.tarballs, join(checks.folder, 'repacked'), laterVersion, withOtherContract)),
    ]
    for (const tarball of others) await checks.registry.publish(tarball)
    mkdirSync(cwd)
    cpSync(join(import.meta.dirname, '../apps/two-versions'), cwd, { recursive: true })
    const name = '@cgk-platform/jobs'
    const manifest = {
      name: 'two-versions',
      private: true,
      type: 'module',
      dependencies: {
        [name]: checks.registry.versionOf(name),
        'other-jobs': `npm:${name}@${otherVersion}`,
        'later-jobs': `npm:${name}@${laterVersion}`,
      },
      devDependencies: { '@types/node': versionIn('.', '@types/node') },
    }
    writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest))
    await installIn('npm', cwd, checks.registry)
    const options = [
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--strict',
      '--types',
      'node',
      '--outDir',
      'compiled',
    ]
    await execute('tsc', [...options, 'program.ts', 'rejected.ts'], { cwd })
  })
  await checks.check('two versions', `${what}, definitions in the same format`, async (): Promise<Finding> => {
    await execute(process.execPath, ['compiled/program.js'], { cwd })
    return { detail: 'errors are recognized, a client of one runs the jobs of the other' }
  })
  await checks.check('two versions', `${what}, definitions in two formats`, async (): Promise<Finding> => {
    await execute(process.execPath, ['compiled/rejected.js'], { cwd })
    return { detail: 'throws `incompatible_copies`' }
  })
}
