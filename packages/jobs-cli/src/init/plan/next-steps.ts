import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import type { Host } from '../hosts/host.ts'
import { executeCommand, runCommand, toText } from './commands.ts'
import { installCommands } from './packages-for.ts'
import { scriptsFor } from './scripts-for.ts'

/** A command to run, with an optional remark. */
interface Step {
  readonly command: string
  readonly remark?: string | undefined
}

/** Renders the next steps: the commands in order, then hints. */
export function nextSteps(app: App, engine: EngineDescriptor, host: Host, isInstalled: boolean): string {
  const { loginCommand, sendRemark } = engine.setup ?? {}
  const steps: Step[] = [
    ...(isInstalled ? [] : installCommands(app, engine, host).map((line) => ({ command: toText(line) }))),
    ...(loginCommand ? [{ command: executeCommand(app.packageManager, loginCommand), remark: 'once' }] : []),
    ...longRunningScripts(app, engine, host).map((name) => ({
      command: runCommand(app, name),
      remark: 'in its own terminal',
    })),
    { command: runCommand(app, 'jobs:send'), remark: sendRemark },
  ]
  const width = Math.max(...steps.map(({ command }) => command.length))
  const lines = steps.map(({ command, remark }) => (remark ? `${command.padEnd(width)}  # ${remark}` : command))
  return [
    ...lines.map((line) => `  ${line}`),
    '',
    describeModules(app),
    ...(host.hints ?? []),
    ...scriptHints(app, host),
  ].join('\n')
}

/** Returns the scripts that must run while a job is sent. None on an in-process engine, where the sender runs the job. */
function longRunningScripts(app: App, engine: EngineDescriptor, host: Host): string[] {
  const own = ['jobs:dev', 'jobs:worker'].filter((name) => name in scriptsFor(app, engine, host))
  return [...(app.framework === 'next' ? ['dev'] : []), ...(engine.runsInProcess ? [] : own)]
}

function describeModules({ framework, sources, style, jobsModule }: App): string {
  const jobs = `${sources}${jobsModule}${style.extension}`
  if (framework !== 'next') return `Your events and jobs are in ${jobs}.`
  return `Your events are in ${sources}job-events${style.extension}: import it in pages and routes that send. Your jobs are in ${jobs}.`
}

/** Returns hints about the scripts, for every engine. */
function scriptHints(app: App, { worker }: Host): string[] {
  return [
    ...(worker
      ? ['In production, run the command of `jobs:worker` directly: package managers may not pass SIGTERM on.']
      : []),
    `If jobs do not run, \`${runCommand(app, 'jobs:doctor')}\` finds out why.`,
  ]
}
