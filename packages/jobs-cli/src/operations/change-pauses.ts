import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'
import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { formatDistance } from '../terminal/format-distance.ts'
import { renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import { confirmNamed } from './confirm-named.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { warningOfPause } from './warning-of-pause.ts'

/** The flags of `pause` and `resume`. */
export interface PauseFlags extends OperationFlags {
  readonly definition?: string
  readonly tenant?: string
  readonly yes?: boolean
}

/** Pauses a definition or a tenant. Without one, lists those that are paused. */
export async function pauseJobs(flags: PauseFlags, context: OperationContext): Promise<number> {
  const target = targetOf(flags)
  if (target) return change('Pause', target, flags, context)
  await listPauses(flags, context)
  return 0
}

/** Resumes a definition or a tenant. */
export async function resumeJobs(flags: PauseFlags, context: OperationContext): Promise<number> {
  const target = targetOf(flags)
  if (!target) throw invalidOption('--definition', 'is missing', 'Pass `--definition` or `--tenant`.')
  return change('Resume', target, flags, context)
}

function targetOf({ definition, tenant }: PauseFlags): PauseTarget | undefined {
  if (definition !== undefined && tenant !== undefined) {
    throw invalidOption('--definition', 'cannot be combined with `--tenant`', 'Pass one of both.')
  }
  if (definition !== undefined) return { definitionId: definition }
  return tenant === undefined ? undefined : { tenantId: tenant }
}

async function change(
  verb: 'Pause' | 'Resume',
  target: PauseTarget,
  flags: PauseFlags,
  { client, output }: OperationContext,
): Promise<number> {
  const kind = target.definitionId === undefined ? 'the tenant' : 'the definition'
  const name = `${kind} \`${escapeInvisible(target.definitionId ?? target.tenantId)}\``
  const exitCode = await confirmNamed(`${verb} ${name}`, flags, output)
  if (exitCode !== undefined) return exitCode
  await (verb === 'Pause' ? client.pauseJobs(target) : client.resumeJobs(target))
  const warning = verb === 'Pause' ? await warningOfPause(client, target) : undefined
  await output.write(flags.json ? `${toJson({ ...target, warning })}\n` : `${verb}d ${name}.\n`)
  if (warning !== undefined) output.note(`warning: ${warning}`)
  return 0
}

async function listPauses({ json = false }: PauseFlags, { client, output }: OperationContext): Promise<void> {
  const pauses = await client.listPauses()
  if (json) return output.write(`${toJson(pauses, 2)}\n`)
  if (pauses.length === 0) return output.note('Nothing is paused.')
  const now = Date.now()
  await output.write(
    renderTable<Pause>(
      pauses,
      [
        { title: 'DEFINITION', text: ({ definitionId }) => definitionId },
        { title: 'TENANT', text: ({ tenantId }) => tenantId },
        { title: 'PAUSED', text: ({ since }) => (since ? formatDistance(since, now) : 'yes') },
      ],
      output,
    ),
  )
}
