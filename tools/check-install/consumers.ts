import assert from 'node:assert/strict'
import { join } from 'node:path'

import { leanApps, type RunOptions } from '../check-packages/check-lean.ts'
import {
  type Consumer,
  everyEngineConsumer,
  facadeConsumer,
  inngestConsumer,
  localConsumer,
  triggerConsumer,
} from '../check-packages/consumer.ts'
import { execute } from '../check-packages/execute.ts'

/** One app on the facade, and one on each lean package. */
export const consumerNames = ['facade', 'local', 'inngest', 'trigger'] as const

/** The facade with the package of no engine, of one, and of both. */
export const facadeNames = ['facade', 'facade, inngest', 'facade, trigger', 'hosted'] as const

/** The name of an app of a stranger. */
export type ConsumerName = (typeof consumerNames)[number] | (typeof facadeNames)[number]

/** The apps. `hosted` also names the vendors' SDKs, as an app does that hosts. */
export const consumers: Readonly<Record<ConsumerName, Consumer>> = {
  facade: facadeConsumer,
  'facade, inngest': { ...facadeConsumer, engines: ['inngest'] },
  'facade, trigger': { ...facadeConsumer, engines: ['trigger.dev'] },
  hosted: {
    ...everyEngineConsumer,
    oldestTypeScript: inngestConsumer.oldestTypeScript,
    dependencies: { ...facadeConsumer.dependencies, ...inngestConsumer.dependencies, ...triggerConsumer.dependencies },
  },
  local: localConsumer,
  inngest: inngestConsumer,
  trigger: triggerConsumer,
}

/** Names an app for the table. */
export function titleOf(name: ConsumerName): string {
  const { installs, engines } = consumers[name]
  if (installs !== facadeConsumer.installs) return installs
  return `${installs} with ${engines ? engines.join(' and ') : 'no engine package'}`
}

/** Runs the compiled program of an app: jobs are sent and run, on a server of the vendor's protocol where it needs one. */
export async function runProgram(
  name: ConsumerName,
  node: string,
  cwd: string,
  { program = 'compiled/program.js', env = {} }: RunOptions = {},
): Promise<void> {
  if (name === 'inngest') await leanApps['lean, Inngest']!.run(node, cwd, { program, env })
  else if (name === 'trigger') await leanApps['lean, Trigger.dev']!.run(node, cwd, { program, env })
  else await execute(node, [program], { cwd, env })
}

/** Checks which hosted engines a program of the facade can open: those whose packages the app installs, and no other. */
export async function checkOpened(
  name: (typeof facadeNames)[number],
  node: string,
  cwd: string,
  { program = join(cwd, 'compiled/opened.js'), env = {} }: RunOptions = {},
): Promise<string> {
  const { engines = [] } = consumers[name]
  const printed = await execute(node, [program], { cwd, env })
  assert.equal(printed.trim(), engines.length === 0 ? 'none' : engines.join(' '))
  const refused = everyEngineConsumer.engines!.filter((engine) => !engines.includes(engine))
  const opened = engines.map((engine) => `${engine} opens`)
  return [...opened, ...refused.map((engine) => `${engine} is refused with \`provider_not_installed\``)].join(', ')
}
