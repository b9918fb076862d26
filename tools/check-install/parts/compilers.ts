import { join } from 'node:path'

import { compile } from '../../check-packages/compile.ts'
import { resolutions } from '../../check-packages/consumer.ts'
import { consumerNames, consumers } from '../consumers.ts'
import type { Trial } from '../trial.ts'
import { versionIn } from '../versions.ts'

/** The oldest and the newest compiler read every package's declarations, with own events and `skipLibCheck: false`. */
export async function checkCompilers(trial: Trial): Promise<void> {
  for (const name of consumerNames) {
    const { installs, oldestTypeScript, thirdPartyErrors, configurations } = consumers[name]
    for (const version of [oldestTypeScript, versionIn('.', 'typescript')]) {
      for (const resolution of Object.keys(resolutions)) {
        await trial.check('compilers', `TypeScript ${version}, ${resolution}: ${installs}`, async () => {
          const { cwd } = await trial.app(name, 'npm')
          const compiler = version === oldestTypeScript ? join(cwd, 'node_modules/.bin/tsc') : 'tsc'
          // The hosts import the vendors' SDKs, whose declarations the oldest compiler of the facade does not read.
          const wanted = Object.keys(configurations).filter((one) => one === 'app' || version !== oldestTypeScript)
          for (const configuration of wanted) {
            await compile(compiler, `tsconfig.${configuration}.${resolution}.json`, {
              cwd,
              thirdPartyErrors: configuration === 'app' ? thirdPartyErrors : 'ignored',
              emits: false,
            })
          }
          const strictness = thirdPartyErrors === 'ignored' ? ', errors inside the SDK ignored' : ''
          return { detail: `own events, \`skipLibCheck: false\`${strictness}` }
        })
      }
    }
  }
}
