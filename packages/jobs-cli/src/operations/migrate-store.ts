import type { JobProvider } from '@cgk-platform/jobs-core'
import { invalidOption } from '@cgk-platform/jobs-core/provider'

import { toJson } from '../terminal/to-json.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'

/** The flags of `migrate`. */
export interface MigrateFlags extends OperationFlags {
  readonly dryRun?: boolean
  readonly sql?: boolean
  readonly from?: string
  readonly grants?: string
}

/** Upgrades the tables of the engine's own store to the version of its package, or prints SQL that does. */
export async function migrateStore(
  flags: MigrateFlags,
  { provider, output }: Pick<OperationContext, 'provider' | 'output'>,
): Promise<void> {
  const { dryRun = false, json = false } = flags
  if (flags.sql || flags.from !== undefined || flags.grants !== undefined) return output.write(sqlOf(flags, provider))
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

/** Returns SQL without a connection. Several flags give one script. */
function sqlOf({ sql, from, grants, dryRun, json }: MigrateFlags, provider: JobProvider): string {
  if (dryRun || json) {
    const option = dryRun ? '--dry-run' : '--json'
    throw invalidOption(option, 'is set, and so is an option that prints SQL', 'Omit one of both.')
  }
  if (!provider.migrationSql) {
    const problem = `is set, but \`${provider.name}\` has no SQL to print`
    throw invalidOption(sql ? '--sql' : from === undefined ? '--grants' : '--from', problem, 'Pass `--postgres`.')
  }
  if (from !== undefined && !sql) throw invalidOption('--from', 'is set without `--sql`', 'Set both.')
  if (from !== undefined && !/^\d{1,9}$/.test(from)) {
    throw invalidOption('--from', 'is not a version of the schema', 'Pass a whole number, such as 1.')
  }
  return [
    ...(sql ? [provider.migrationSql({ from: Number(from ?? 0) })] : []),
    ...(grants === undefined ? [] : [provider.migrationSql({ grantTo: grants })]),
  ].join('\n')
}
