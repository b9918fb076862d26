import { resolveCommand } from 'package-manager-detector'

import type { App, Provider } from '../app/app.ts'
import { loadLine } from '../templates/template.ts'
import { type CommandLine, installCommands, triggerVersion } from './packages-for.ts'
import { once, scriptsFor } from './scripts-for.ts'

/** A command to type, and what there is to say of it. */
interface Step {
  readonly command: string
  readonly remark?: string
}

/** What to do next, in lines: the commands in their order, then where to look. */
export function nextSteps(app: App, provider: Provider, isInstalled: boolean): string {
  const steps: Step[] = [
    ...(isInstalled ? [] : installCommands(app, provider).map((line) => ({ command: toText(line) }))),
    ...(provider === 'trigger.dev'
      ? [{ command: once(app.packageManager, [`trigger.dev@${triggerVersion}`, 'login']), remark: 'once' }]
      : []),
    ...lastingScripts(app, provider).map((name) => ({ command: run(app, name), remark: 'in a terminal of its own' })),
    { command: run(app, 'jobs:send'), remark: whenToSend(provider) },
  ]
  const width = Math.max(...steps.map(({ command }) => command.length))
  const lines = steps.map(({ command, remark }) => (remark ? `${command.padEnd(width)}  # ${remark}` : command))
  return [...lines.map((line) => `  ${line}`), '', ...hints(app, provider), ...scriptHints(app, provider)].join('\n')
}

/** A command as one types it. */
export function toText({ command, args }: CommandLine): string {
  return [command, ...args].join(' ')
}

/** What has to run while a job is sent. On the local engine whoever sends runs the job: a worker beside it has none. */
function lastingScripts(app: App, provider: Provider): string[] {
  const own = ['jobs:dev', 'jobs:worker'].filter((name) => name in scriptsFor(app, provider))
  return [...(app.framework === 'next' ? ['dev'] : []), ...(provider === 'local' ? [] : own)]
}

function run({ packageManager }: App, script: string): string {
  return toText(resolveCommand(packageManager, 'run', [script]) ?? { command: 'npm', args: ['run', script] })
}

function whenToSend(provider: Provider): string {
  switch (provider) {
    case 'local':
      return 'sends the first job, and runs it'
    case 'inngest':
      return 'when http://localhost:8288/apps shows the app `jobs`'
    case 'trigger.dev':
      return 'when the CLI says `Local worker ready`'
  }
}

function hints(app: App, provider: Provider): string[] {
  const { root, framework, sources, style, jobsModule, variablesFile } = app
  const jobs = `${sources}${jobsModule}${style.extension}`
  const where =
    framework === 'next'
      ? `Your events are in ${sources}job-events${style.extension}, which pages and routes that send import; your jobs are in ${jobs}.`
      : `Your events and jobs are in ${jobs}.`
  switch (provider) {
    case 'local':
      if (framework === 'next') return [where]
      return [
        where,
        `Your server runs what it sends: add \`${loadLine(app, 'jobs-worker')}\` where it starts.`,
        `Once ${variablesFile} names a \`JOB_LOCAL_PATH\`, \`${run(app, 'jobs:worker')}\` is one more process that runs the jobs. ` +
          "A server that shall run none does not load that file, and gives its client `role: 'send'`.",
      ]
    case 'inngest':
      return [where, ...inngestHints(app)]
    case 'trigger.dev':
      return [
        where,
        `Before the first run, put the ref of your project into trigger.config, and its secret key into ${variablesFile}.`,
        `Without an account: \`./dev trigger-offline ${root}\`, in the repository of this library, in place of \`login\` and ` +
          `\`jobs:dev\`; it prints what goes into ${variablesFile}.`,
      ]
  }
}

/** What there is to know of the scripts, whichever the engine. */
function scriptHints(app: App, provider: Provider): string[] {
  const hasWorker = 'jobs:worker' in scriptsFor(app, provider)
  return [
    ...(hasWorker
      ? ['In production, start the command of `jobs:worker` itself: a package manager may keep SIGTERM from it.']
      : []),
    `Where jobs do not run, \`${run(app, 'jobs:doctor')}\` says why.`,
  ]
}

function inngestHints({ framework, sources, style }: App): string[] {
  const mount = { express: 'app.use(jobsRouter)', hono: "app.route('/', jobsRoutes)" }
  switch (framework) {
    case 'next':
    case 'node':
      return []
    case 'express':
    case 'hono':
      return [
        `Your own server can run them, too: \`${mount[framework]}\`, of ${sources}jobs-inngest${style.extension}. ` +
          "Then the address in `jobs:dev` is that server's.",
      ]
  }
}
