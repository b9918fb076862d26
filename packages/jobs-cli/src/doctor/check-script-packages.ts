import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Finding } from './doctor-report.ts'
import { findPackage } from './installed-package.ts'

/** Reports packages that the scripts of `init` load with `--import`, such as `tsx`, and that are not installed. */
export function checkScriptPackages(cwd: string): Omit<Finding, 'check'>[] {
  const used = scriptsOfInit(cwd).flatMap(([script, command]) => {
    const [, name] = / --import[ =]((?:@[\w.-]+\/)?\w[\w.-]*)/.exec(command) ?? []
    return name === undefined || findPackage(name, cwd) ? [] : [{ script, name }]
  })
  return [...new Set(used.map(({ name }) => name))].map((name) => {
    const scripts = used.filter((one) => one.name === name).map(({ script }) => `\`${script}\``)
    const subject =
      scripts.length === 1 ? `the script ${scripts[0]} needs` : `the scripts ${scripts.join(' and ')} need`
    return {
      status: 'problem',
      message: `${subject} \`${name}\`, which is not installed`,
      remedy: `Run \`npm install -D ${name}\`.`,
    }
  })
}

function scriptsOfInit(cwd: string): [name: string, command: string][] {
  try {
    const { scripts = {} } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as {
      scripts?: Record<string, string>
    }
    return Object.entries(scripts).filter(([name]) => name.startsWith('jobs:'))
  } catch {
    return [] // without a `package.json` there are no scripts, and the check of the engine reports an invalid one
  }
}
