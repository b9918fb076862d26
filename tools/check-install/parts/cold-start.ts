import { importCostsMs, type Imported } from '../../bench/import-cost.ts'
import type { Finding } from '../row.ts'
import type { Trial } from '../trial.ts'

const mostRatio = 1.1
const mostOverZodMs = 25

const providers: readonly { readonly name: Imported; readonly sdk: Imported; readonly title: string }[] = [
  { name: 'inngest', sdk: 'sdk', title: 'Inngest' },
  { name: 'trigger', sdk: 'triggerSdk', title: 'Trigger.dev' },
]

/** What the facade adds to the time of a first import, beside what is behind it. A slow machine fails nothing. */
export async function checkColdStart(trial: Trial): Promise<void> {
  let measured: Promise<Readonly<Record<Imported, number>>> | undefined
  const measure = (): Promise<Readonly<Record<Imported, number>>> =>
    (measured ??= trial.app('hosted', 'npm').then(({ cwd }) => importCostsMs(cwd)))

  for (const { name, sdk, title } of providers) {
    await trial.check(
      'cold start',
      `@cgk-platform/jobs with ${title}, target ≤ ${mostRatio}× the SDK alone`,
      async (): Promise<Finding> => {
        const costs = await measure()
        const ratio = costs[name] / costs[sdk]
        const detail = `${ratio.toFixed(2)}×: ${costs[name].toFixed(0)} ms against ${costs[sdk].toFixed(0)} ms of the SDK, which comes with the first send`
        return { verdict: ratio <= mostRatio ? 'met' : 'missed', detail }
      },
    )
  }
  await trial.check(
    'cold start',
    `@cgk-platform/jobs with local, target ≤ zod + ${mostOverZodMs} ms`,
    async (): Promise<Finding> => {
      const { local, zod } = await measure()
      const detail = `zod ${local < zod ? '−' : '+'} ${Math.abs(local - zod).toFixed(0)} ms: ${local.toFixed(0)} ms against ${zod.toFixed(0)} ms of zod`
      return { verdict: local - zod <= mostOverZodMs ? 'met' : 'missed', detail }
    },
  )
}
