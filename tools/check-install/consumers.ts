import assert from 'node:assert/strict'
import { join } from 'node:path'

import { leanApps, type RunOptions } from '../check-packages/check-lean.ts'
import {
  type Consumer,
  everyEngineConsumer,
  facadeConsumer,
  inngestConsumer,
  localConsumer,
  postgresConsumer,
  triggerConsumer,
} from '../check-packages/consumer.ts'
import { execute } from '../check-packages/execute.ts'

/** Apps on the facade and on each lean package. */
export const consumerNames = ['facade', 'local', 'postgres', 'inngest', 'trigger'] as const

/** Apps on the facade with no engine package, with one, and with all. */
export const facadeNames = ['facade', 'facade, inngest', 'facade, trigger', 'facade, postgres', 'hosted'] as const

/** The name of a test app. */
export type ConsumerName = (typeof consumerNames)[number] | (typeof facadeNames)[number]

/** The test apps by name. `hosted` also depends on the vendors' SDKs, like an app that hosts jobs. */
export const consumers: Readonly<Record<ConsumerName, Consumer>> = {
  facade: facadeConsumer,
  'facade, inngest': { ...facadeConsumer, engines: ['inngest'] },
  'facade, trigger': { ...facadeConsumer, engines: ['trigger.dev'] },
  'facade, postgres': { ...facadeConsumer, engines: ['postgres'] },
  hosted: {
    ...everyEngineConsumer,
    oldestTypeScript: inngestConsumer.oldestTypeScript,
    dependencies: { ...facadeConsumer.dependencies, ...inngestConsumer.dependencies, ...triggerConsumer.dependencies },
  },
  local: localConsumer,
  postgres: postgresConsumer,
  inngest: inngestConsumer,
  trigger: triggerConsumer,
}

/** Returns the title of an app in the table. */
export function titleOf(name: ConsumerName): string {
  const { installs, engines } = consumers[name]
  if (installs !== facadeConsumer.installs) return installs
  return `${installs} with ${engines ? engines.join(' and ') : 'no engine package'}`
}

/** Runs the compiled program of an app, which sends and runs jobs. Starts a loopback server if the engine needs one. */
export async function runProgram(
  name: ConsumerName,
  node: string,
  cwd: string,
  { program = 'compiled/program.js', env = {} }: RunOptions = {},
): Promise<void> {
  if (name === 'inngest') await leanApps['lean, Inngest']!.run(node, cwd, { program, env })
  else if (name === 'trigger') await leanApps['lean, Trigger.dev']!.run(node, cwd, { program, env })
  else if (name === 'postgres') await leanApps['lean, PostgreSQL']!.run(node, cwd, { program, env })
  else await execute(node, [program], { cwd, env })
}

/** Checks that a program of the facade can open exactly the engines whose packages the app installs. */
export async function checkOpened(
  name: (typeof facadeNames)[number],
  node: string,
  cwd: string,
  { program = join(cwd, 'compiled/opened.js'), env = {} }: RunOptions = {},
): Promise<string> {
  const { engines = [] } = consumers[name]
  const printed = await execute(node, [program], { cwd, env })
  assert.equal(printed.trim(), engines.length === 0 ? 'none' : engines.join(' '))
  const missing = everyEngineConsumer.engines!.filter((engine) => !engines.includes(engine))
  const opened = engines.map((engine) => `${engine} opens`)
  return [...opened, ...missing.map((engine) => `${engine} throws \`provider_not_installed\``)].join(', ')
}
