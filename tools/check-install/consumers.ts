import { leanApps, type RunOptions } from '../check-packages/check-lean.ts'
import {
  type Consumer,
  facadeConsumer,
  inngestConsumer,
  localConsumer,
  triggerConsumer,
} from '../check-packages/consumer.ts'
import { execute } from '../check-packages/execute.ts'

/** Which app of a stranger. */
export type ConsumerName = (typeof consumerNames)[number] | 'hosted'

/** One app on the facade, and one on each lean package. */
export const consumerNames = ['facade', 'local', 'inngest', 'trigger'] as const

/** The apps. `hosted` is the facade's with the vendors' SDKs as dependencies of its own, as an app has them that hosts. */
export const consumers: Readonly<Record<ConsumerName, Consumer>> = {
  facade: facadeConsumer,
  local: localConsumer,
  inngest: inngestConsumer,
  trigger: triggerConsumer,
  hosted: {
    ...facadeConsumer,
    oldestTypeScript: inngestConsumer.oldestTypeScript,
    dependencies: { ...facadeConsumer.dependencies, ...inngestConsumer.dependencies, ...triggerConsumer.dependencies },
  },
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
