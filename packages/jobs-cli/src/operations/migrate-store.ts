import { invalidOption } from '@cgk-platform/jobs-core/provider'

import { toJson } from '../terminal/to-json.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'

/** The flags of `migrate`. */
export interface MigrateFlags extends OperationFlags {
  readonly dryRun?: boolean
}

/** Upgrades the tables of the engine's own store to the version of its package. */
export async function migrateStore(
  { dryRun = false, json = false }: MigrateFlags,
  { provider, output }: Pick<OperationContext, 'provider' | 'output'>,
): Promise<void> {
  if (!provider.migrate) {
    const problem = `is missing: \`${provider.name}\` has no tables of this library`
    throw invalidOption('--file', problem, 'Pass the file of a local engine.')
  }
  const { from, to } = await provider.migrate({ dryRun })
  if (json) return output.write(`${toJson({ from, to })}\n`)
  const does = dryRun ? 'Would migrate' : 'Migrated'
  await output.write(
    from === to
      ? `The schema has version ${to}. There is nothing to migrate.\n`
      : `${does} the schema from version ${from} to ${to}.\n`,
  )
}
