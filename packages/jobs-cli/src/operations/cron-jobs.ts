import type { DefinitionInfo } from '@cgk-platform/jobs-core/inspect'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { formatDistance } from '../terminal/format-distance.ts'
import { renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import { confirmNamed } from './confirm-named.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'

/** Lists the cron jobs with their next ticks. */
export async function listCronJobs(
  { json = false }: OperationFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const cronJobs = (await client.inspect.listDefinitions()).filter(({ cron }) => cron !== undefined)
  if (json) return output.write(`${toJson(cronJobs, 2)}\n`)
  if (cronJobs.length === 0) return output.note('No cron jobs were found. Pass their files: `--jobs src/jobs.ts`.')
  const now = Date.now()
  await output.write(
    renderTable<DefinitionInfo>(
      cronJobs,
      [
        { title: 'CRON JOB', text: ({ id }) => id, isWhole: true },
        { title: 'SCHEDULE', text: ({ cron }) => cron!.schedule },
        { title: 'TIMEZONE', text: ({ cron }) => cron!.timezone },
        { title: 'NEXT TICK', text: ({ cron }) => cron!.nextTicks[0]?.toISOString() },
        { title: '', text: ({ cron }) => cron!.nextTicks[0] && formatDistance(cron!.nextTicks[0], now) },
        { title: 'STATE', text: stateOf, style: () => 'yellow' },
      ],
      output,
    ),
  )
}

/** Runs a cron job now. */
export async function runCronJob(
  id: string,
  { json = false, ...flags }: OperationFlags & { readonly yes?: boolean },
  { client, output }: OperationContext,
): Promise<number> {
  const definition = (await client.inspect.listDefinitions()).find((one) => one.id === id)
  const hasTenants = definition?.options['tenants'] !== undefined
  const change = `Run \`${escapeInvisible(id)}\` for each of its tenants`
  const exitCode = hasTenants ? await confirmNamed(change, flags, output) : undefined
  if (exitCode !== undefined) return exitCode
  const jobs = await client.inspect.runCronJob(id)
  await output.write(json ? `${toJson(jobs, 2)}\n` : jobs.map((job) => `${escapeInvisible(job.id)}\n`).join(''))
  if (!json) output.note(describeSent(jobs.length))
  return 0
}

function describeSent(jobs: number): string {
  if (jobs === 0) return "No job was sent: it has no tenants, or with `overlap: 'skip'` a run of each is still open."
  return jobs === 1 ? 'Sent one job.' : `Sent ${jobs} jobs, one for each tenant.`
}

function stateOf({ enabled, paused, cron }: DefinitionInfo): string | undefined {
  if (!enabled) return 'disabled'
  const missed = cron?.missedTicks?.length ?? 0
  const states = [paused ? 'paused' : '', missed === 0 ? '' : `missed ${missed === 1 ? '1 tick' : `${missed} ticks`}`]
  return states.filter(Boolean).join(', ') || undefined
}
