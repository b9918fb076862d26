import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import type { Host } from '../hosts/host.ts'
import { onceCommand, runCommand, toText } from './commands.ts'
import { installCommands } from './packages-for.ts'
import { scriptsFor } from './scripts-for.ts'

/** A command to type, and what there is to say of it. */
interface Step {
  readonly command: string
  readonly remark?: string | undefined
}

/** What to do next, in lines: the commands in their order, then where to look. */
export function nextSteps(app: App, engine: EngineDescriptor, host: Host, isInstalled: boolean): string {
  const { loginCommand, sendRemark } = engine.setup ?? {}
  const steps: Step[] = [
    ...(isInstalled ? [] : installCommands(app, engine, host).map((line) => ({ command: toText(line) }))),
    ...(loginCommand ? [{ command: onceCommand(app.packageManager, loginCommand), remark: 'once' }] : []),
    ...lastingScripts(app, engine, host).map((name) => ({
      command: runCommand(app, name),
      remark: 'in a terminal of its own',
    })),
    { command: runCommand(app, 'jobs:send'), remark: sendRemark },
  ]
  const width = Math.max(...steps.map(({ command }) => command.length))
  const lines = steps.map(({ command, remark }) => (remark ? `${command.padEnd(width)}  # ${remark}` : command))
  return [
    ...lines.map((line) => `  ${line}`),
    '',
    whereJobsAre(app),
    ...(host.hints ?? []),
    ...scriptHints(app, host),
  ].join('\n')
}

/** What has to run while a job is sent. On an engine that runs here, whoever sends runs the job: a worker beside it has none. */
function lastingScripts(app: App, engine: EngineDescriptor, host: Host): string[] {
  const own = ['jobs:dev', 'jobs:worker'].filter((name) => name in scriptsFor(app, engine, host))
  return [...(app.framework === 'next' ? ['dev'] : []), ...(engine.runsInProcess ? [] : own)]
}

function whereJobsAre({ framework, sources, style, jobsModule }: App): string {
  const jobs = `${sources}${jobsModule}${style.extension}`
  if (framework !== 'next') return `Your events and jobs are in ${jobs}.`
  return `Your events are in ${sources}job-events${style.extension}, which pages and routes that send import; your jobs are in ${jobs}.`
}

/** What there is to know of the scripts, whichever the engine. */
function scriptHints(app: App, { worker }: Host): string[] {
  return [
    ...(worker
      ? ['In production, start the command of `jobs:worker` itself: a package manager may keep SIGTERM from it.']
      : []),
    `Where jobs do not run, \`${runCommand(app, 'jobs:doctor')}\` says why.`,
  ]
}
