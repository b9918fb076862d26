import { spawnSync } from 'node:child_process'

import { median } from './median.ts'
import type { BenchRow } from './bench-row.ts'

const rounds = 9

/** What importing the facade and a first job on the local engine cost over an empty process, beside zod alone. */
export async function importCost(): Promise<BenchRow[]> {
  const programs = {
    empty: '',
    zod: "await import('zod')",
    facade:
      "const { createJobClient } = await import('@cgk-platform/jobs'); await createJobClient({ provider: 'local' }).healthCheck()",
  }
  const times: Record<keyof typeof programs, number[]> = { empty: [], zod: [], facade: [] }
  for (let round = 0; round < rounds; round++) {
    for (const name of ['empty', 'zod', 'facade'] as const) times[name].push(run(programs[name]))
  }
  const zod = median(times.zod) - median(times.empty)
  const facade = median(times.facade) - median(times.empty)
  return [
    {
      what: 'import of the facade, local engine ready',
      figure: `${facade.toFixed(0)} ms`,
      detail: `zod alone ${zod.toFixed(0)} ms; over an empty process; built packages`,
    },
  ]
}

/** A whole process that does this, in milliseconds. It uses the built packages, as an app would. */
function run(program: string): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The packages must be built first (\`./dev check\` does). ${stderr}`)
  return performance.now() - began
}
