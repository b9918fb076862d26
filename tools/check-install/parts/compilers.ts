import { join } from 'node:path'

import { compile } from '../../check-packages/compile.ts'
import { resolutions } from '../../check-packages/consumer.ts'
import { consumerNames, consumers } from '../consumers.ts'
import type { InstallChecks } from '../install-checks.ts'
import { versionIn } from '../versions.ts'

/**
 * Checks the declarations of each package with the oldest and the newest compiler, own events and `skipLibCheck:
 * false`.
 */
export async function checkCompilers(checks: InstallChecks): Promise<void> {
  for (const name of consumerNames) {
    const { installs, oldestTypeScript, thirdPartyErrors, configurations } = consumers[name]
    for (const version of [oldestTypeScript, versionIn('.', 'typescript')]) {
      for (const resolution of Object.keys(resolutions)) {
        await checks.check('compilers', `TypeScript ${version}, ${resolution}: ${installs}`, async () => {
          const { cwd } = await checks.app(name, 'npm')
          const compiler = version === oldestTypeScript ? join(cwd, 'node_modules/.bin/tsc') : 'tsc'
          // Hosts import the vendors' SDKs. The oldest compiler of the facade cannot read their declarations.
          const selected = Object.keys(configurations).filter((one) => one === 'app' || version !== oldestTypeScript)
          for (const configuration of selected) {
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
