import type { TenantClient } from '@cgk-platform/jobs-core'
import type { EraseResult } from '@cgk-platform/jobs-core/inspect'
import { systemTenantId } from '@cgk-platform/jobs-core/provider'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { count } from '../count.ts'
import { toJson } from '../terminal/to-json.ts'
import { confirmNamed } from './confirm-named.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'

function tenantOf({ client }: OperationContext, id: string): TenantClient {
  return id === systemTenantId ? client.forSystem() : client.forTenant(id)
}

/** Writes each job of a tenant as a line of JSON. */
export async function exportTenant(id: string, context: OperationContext): Promise<void> {
  let jobs = 0
  for await (const job of tenantOf(context, id).export()) {
    await context.output.write(`${toJson(job)}\n`)
    jobs++
  }
  context.output.note(`Exported ${count(jobs, 'job')}.`)
}

/** Erases the data of a tenant. */
export async function eraseTenant(
  id: string,
  { json = false, ...flags }: OperationFlags & { readonly yes?: boolean },
  context: OperationContext,
): Promise<number> {
  const { output } = context
  const exitCode = await confirmNamed(`Erase all data of the tenant \`${escapeInvisible(id)}\``, flags, output)
  if (exitCode !== undefined) return exitCode
  let nextAt = Date.now() + 1000
  const onProgress = ({ cancelled, erased }: EraseResult): void => {
    if (Date.now() < nextAt) return
    nextAt = Date.now() + 1000
    output.note(`${count(cancelled, 'job')} cancelled, ${erased} erased`)
  }
  const result = await tenantOf(context, id).erase({ signal: context.untilInterrupted(), onProgress })
  const { cancelled, erased, failed, kept, left, isComplete } = result
  await output.write(
    json ? `${toJson(result, 2)}\n` : `${count(cancelled, 'job')} cancelled, ${erased} erased, ${left} left.\n`,
  )
  for (const { jobId, error } of failed) output.note(`error: ${escapeInvisible(`${jobId}: ${error.message}`)}`)
  for (const sentence of kept) output.note(`kept: ${escapeInvisible(sentence)}`)
  if (!isComplete) output.note('Not all data is erased. Repeat the command to continue.')
  return isComplete ? 0 : 1
}
