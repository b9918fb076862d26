import type { Command } from 'commander'

import { addClientFlags } from '../client/client-flags.ts'
import { repeatable } from '../options/repeatable.ts'
import { addFilterFlags } from './filter-flags.ts'

const exitCodes = '\nExit code: 0 done, 1 failed, 2 an invalid call, 3 not found.'

/** Adds the commands that inspect and steer jobs. Each loads its code when it runs. */
export function registerOperations(program: Command): void {
  registerReads(program)
  registerWorkflows(program)
  registerChanges(program)
  registerSends(program)
  registerPauses(program)
  registerTenantData(program)
  registerMigrate(program)
}

/** Adds the flags that all these commands have. */
function operation(command: Command): Command {
  return addClientFlags(command.option('--json', 'print JSON')).addHelpText('after', exitCodes)
}

const load = () => import('./run-operation.ts')

function registerReads(program: Command): void {
  const list = addFilterFlags(program.command('list').description('list jobs, newest first'))
    .option('--oldest', 'oldest first')
    .option('--limit <number>', 'maximum number of jobs, up to 1000 (default: 50)')
    .option('--cursor <cursor>', 'continue after the previous page')
    .option('--all', 'all pages')
  operation(list).action(async (flags) => {
    const { listJobs } = await import('./list-jobs.ts')
    await (await load()).runOperation(flags, (context) => listJobs(flags, context))
  })

  const show = program
    .command('show')
    .description('show a job with its runs, attempts, steps and errors')
    .argument('<id>', 'id of the job')
    .option('--payload', 'also show the payload and the outputs')
    .option('--tenant <id>', 'only a job of this tenant')
  operation(show).action(async (id: string, flags) => {
    const { showJob } = await import('./show-job.ts')
    await (await load()).runOperation(flags, (context) => showJob(id, flags, context))
  })

  const tail = addFilterFlags(program.command('tail').description('follow jobs as they change, until Ctrl-C')).option(
    '--limit <number>',
    'number of the newest jobs to follow, up to 1000 (default: 100)',
  )
  operation(tail).action(async (flags) => {
    const { tailJobs } = await import('./tail-jobs.ts')
    await (await load()).runOperation(flags, (context) => tailJobs(flags, context))
  })

  const stats = program
    .command('stats')
    .description('count jobs by state, and show throughput, failures and durations')
    .option('--since <time>', 'start of the time range: `2h` ago or a date (default: `1h`)')
    .option('--definition <id>', 'only jobs with a run of this definition')
    .option('--tenant <id>', 'only the jobs of this tenant')
  operation(stats).action(async (flags) => {
    const { showStats } = await import('./show-stats.ts')
    await (await load()).runOperation(flags, (context) => showStats(flags, context))
  })

  const errors = program
    .command('errors')
    .description('group the runs that fail by definition and error, the most frequent first')
    .option('--tenant <id>', 'only the jobs of this tenant')
    .option('--definition <id>', 'only the runs of this definition')
    .option('--since <time>', 'only attempts that failed since: `2h` ago, or a date (default: all that the engine has)')
    .option('--until <time>', 'only attempts that failed before')
    .option('--limit <number>', 'maximum number of groups, up to 100 (default: 20)')
  operation(errors).action(async (flags) => {
    const { listErrors } = await import('./list-errors.ts')
    await (await load()).runOperation(flags, (context) => listErrors(flags, context))
  })

  operation(program.command('workers').description('list the processes that run jobs')).action(async (flags) => {
    const { listWorkers } = await import('./list-workers.ts')
    await (await load()).runOperation(flags, (context) => listWorkers(flags, context))
  })
}

function registerWorkflows(program: Command): void {
  const history = addFilterFlags(
    program
      .command('history')
      .description('write the recorded steps of workflows to files, for `replayHistory` in a test')
      .argument('[ids...]', 'ids of jobs'),
  )
    .option('--out <folder>', 'the folder of the files, one for each run', 'histories')
    .option('--limit <number>', 'maximum number of jobs that match the filters, the newest first (default: 100)')
    .option('--payload', 'also write the payload and the outputs')
  operation(history).action(async (ids: string[], flags) => {
    const { writeHistories } = await import('./write-histories.ts')
    await (await load()).runOperation(flags, (context) => writeHistories(ids, flags, context))
  })

  const versions = program
    .command('versions')
    .description('count the open runs of workflows, and the failed ones that a retry continues, by their version')
    .option('--definition <id>', 'only this workflow')
  operation(versions).action(async (flags) => {
    const { showVersions } = await import('./show-versions.ts')
    await (await load()).runOperation(flags, (context) => showVersions(flags, context), 'needs-jobs')
  })
}

function registerChanges(program: Command): void {
  const descriptions = {
    retry: 'retry failed jobs, and with `--state unhandled` those that no job handled',
    cancel: 'cancel jobs that have not ended',
  } as const
  for (const change of ['retry', 'cancel'] as const) {
    const command = program
      .command(change)
      .description(`${descriptions[change]}, by id or by filters`)
      .argument('[ids...]', 'ids of jobs')
    addFilterFlags(command)
      .option('--dry-run', 'only count the jobs')
      .option('--yes', `${change} several jobs without asking`)
    operation(command).action(async (ids: string[], flags) => {
      const { changeJobs } = await import('./change-jobs.ts')
      const { refuseUnreadIds } = await import('./refuse-unread-ids.ts')
      await (
        await load()
      ).runOperation(flags, async (context) => {
        if (ids.length === 0) refuseUnreadIds(process.argv.slice(2))
        return changeJobs(change, ids, flags, context)
      })
    })
  }
}

function registerSends(program: Command): void {
  const send = program
    .command('send')
    .description('send an event and print the id of its job')
    .argument('<event>', 'name of the event')
    .argument('[payload]', 'JSON, `@file` with JSON, or `-` for stdin', '{}')
    .option('--tenant <id>', 'tenant of the job, instead of a `tenantId` in the payload')
    .option('--delay <duration>', 'time before the first attempt, such as `10m`')
    .option('--key <text>', 'idempotency key: a second send with it creates no job')
    .addOption(repeatable('--reference <text>', 'what the job is about, such as the id of an order'))
    .option('--rerun-of <id>', 'the job that this one runs again, such as with another payload')
  operation(send).action(async (event: string, payload: string, flags) => {
    const { sendJob } = await import('./send-job.ts')
    await (await load()).runOperation(flags, (context) => sendJob(event, payload, flags, context), 'needs-jobs')
  })

  const signal = program
    .command('signal')
    .description('send a signal to the workflow of a job')
    .argument('<id>', 'id of the job')
    .argument('<name>', 'name of the signal')
    .argument('[payload]', 'JSON, `@file` with JSON, or `-` for stdin', '{}')
    .option('--tenant <id>', 'only a job of this tenant')
    .option('--key <text>', 'idempotency key: a second signal with it is ignored')
  operation(signal).action(async (id: string, name: string, payload: string, flags) => {
    const { signalJob } = await import('./signal-job.ts')
    await (await load()).runOperation(flags, (context) => signalJob(id, name, payload, flags, context), 'needs-jobs')
  })

  const cron = program.command('cron').description('list cron jobs with their next ticks, or run one now')
  operation(cron.command('list', { isDefault: true }).description('list cron jobs with their next ticks')).action(
    async (flags) => {
      const { listCronJobs } = await import('./cron-jobs.ts')
      await (await load()).runOperation(flags, (context) => listCronJobs(flags, context), 'needs-jobs')
    },
  )
  const run = cron
    .command('run')
    .description('run a cron job now')
    .argument('<id>', 'id of the cron job')
    .option('--yes', 'run it for each of its tenants without asking')
  operation(run).action(async (id: string, flags) => {
    const { runCronJob } = await import('./cron-jobs.ts')
    await (await load()).runOperation(flags, (context) => runCronJob(id, flags, context), 'needs-jobs')
  })
}

function registerPauses(program: Command): void {
  for (const name of ['pause', 'resume'] as const) {
    const command = program
      .command(name)
      .description(
        name === 'pause' ? 'pause a definition or a tenant, or list what is paused' : 'resume a definition or a tenant',
      )
      .option('--definition <id>', 'the definition')
      .option('--tenant <id>', 'the tenant')
      .option('--yes', `${name} without asking`)
    operation(command).action(async (flags) => {
      const { pauseJobs, resumeJobs } = await import('./change-pauses.ts')
      const change = name === 'pause' ? pauseJobs : resumeJobs
      await (await load()).runOperation(flags, (context) => change(flags, context))
    })
  }
}

function registerTenantData(program: Command): void {
  const tenant = program.command('tenant').description('export or erase the data of a tenant')
  const exported = tenant
    .command('export')
    .description('print each job of the tenant as a line of JSON')
    .argument('<id>', 'id of the tenant')
  operation(exported).action(async (id: string, flags) => {
    const { exportTenant } = await import('./tenant-data.ts')
    await (await load()).runOperation(flags, (context) => exportTenant(id, context))
  })
  const erase = tenant
    .command('erase')
    .description('cancel the jobs of the tenant and delete its data')
    .argument('<id>', 'id of the tenant')
    .option('--yes', 'erase without asking')
  operation(erase).action(async (id: string, flags) => {
    const { eraseTenant } = await import('./tenant-data.ts')
    await (await load()).runOperation(flags, (context) => eraseTenant(id, flags, context))
  })
}

function registerMigrate(program: Command): void {
  const migrate = program
    .command('migrate')
    .description('upgrade the file or the tables of the engine to this version, as a worker does when it starts')
    .option('--dry-run', 'only print the versions')
    .option('--sql', 'instead print the SQL for PostgreSQL, for another tool; does not connect')
    .option('--from <version>', 'with `--sql`, only the steps after this version of the schema')
    .option('--grants <role>', 'instead print what to grant a role that runs jobs; with `--sql`, after it')
  operation(migrate).action(async (flags) => {
    const { migrateStore } = await import('./migrate-store.ts')
    await (await load()).runOperation(flags, (context) => migrateStore(flags, context))
  })
}
