import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../../check-packages/execute.ts'
import { installIn } from '../install.ts'
import { repack } from '../repack.ts'
import type { Finding } from '../row.ts'
import type { Trial } from '../trial.ts'
import { versionIn } from '../versions.ts'

const otherVersion = '99.0.0-other'
const laterVersion = '99.0.0-later'
const what = '@cgk-platform/jobs-core twice in one tree'

/** Two versions in one tree know each other's errors and definitions, or say that they do not. */
export async function checkTwoVersions(trial: Trial): Promise<void> {
  const cwd = join(trial.folder, 'two-versions')
  await trial.check('two versions', `${what}: installed, compiled`, async () => {
    const withOtherContract = (source: string): string =>
      source.replace('const contract = "v1"', 'const contract = "v2"')
    const others = [
      ...(await repack(trial.tarballs, join(trial.folder, 'repacked'), otherVersion)),
      ...(await repack(trial.tarballs, join(trial.folder, 'repacked'), laterVersion, withOtherContract)),
    ]
    for (const tarball of others) await trial.registry.publish(tarball)
    mkdirSync(cwd)
    cpSync(join(import.meta.dirname, '../apps/two-versions'), cwd, { recursive: true })
    const name = '@cgk-platform/jobs'
    const manifest = {
      name: 'two-versions',
      private: true,
      type: 'module',
      dependencies: {
        [name]: trial.registry.versionOf(name),
        'other-jobs': `npm:${name}@${otherVersion}`,
        'later-jobs': `npm:${name}@${laterVersion}`,
      },
      devDependencies: { '@types/node': versionIn('.', '@types/node') },
    }
    writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest))
    await installIn('npm', cwd, trial.registry)
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
    await execute('tsc', [...options, 'program.ts', 'refused.ts'], { cwd })
  })
  await trial.check('two versions', `${what}, definitions in the same format`, async (): Promise<Finding> => {
    await execute(process.execPath, ['compiled/program.js'], { cwd })
    return { detail: 'errors are recognized, a client of one runs the jobs of the other' }
  })
  await trial.check('two versions', `${what}, definitions in two formats`, async (): Promise<Finding> => {
    await execute(process.execPath, ['compiled/refused.js'], { cwd })
    return { detail: 'refused with `incompatible_copies`' }
  })
}
