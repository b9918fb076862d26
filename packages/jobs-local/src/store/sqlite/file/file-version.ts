import { StoreError } from '@cgk-platform/jobs-core/errors'

import type { Connection } from './connection.ts'
import { firstVersion, type Migration } from './schema.ts'
import { isOfSchema, toStoreError } from './to-store-error.ts'

/** The schema versions that a file records. */
export interface FileVersion {
  /** The steps that the file has. */
  readonly version: number
  /** The schema version of the oldest code that can use it. */
  readonly usableSince: number
}

/** Returns the version of the schema after some migration steps. */
export function latestOf(steps: readonly Migration[]): number {
  return firstVersion + steps.length - 1
}

/**
 * Returns the versions of a file, or `undefined` if it has no tables of jobs.
 *
 * @throws {StoreError} if the file is not usable by code with these steps.
 */
export function readVersion(
  connection: Connection,
  steps: readonly Migration[],
  allowOtherTables = false,
): FileVersion | undefined {
  const tables = connection.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
  if (!tables.some(({ name }) => name === 'cgk_meta')) {
    if (allowOtherTables || tables.length === 0) return undefined
    throw new StoreError({
      path: connection.path,
      problem: 'not ours',
      description: 'is a database of another program',
      remedy: "Choose another path. To store jobs in your app's own database, call `addJobTables(path)` once.",
    })
  }
  // A file from before the first release lacks columns.
  const row = connection.get<{ version: number; usable_since: number }>('SELECT * FROM cgk_meta')!
  if (row.version < firstVersion) throw unreleasedError(connection.path)
  return usable(connection.path, { version: row.version, usableSince: row.usable_since }, steps)
}

/**
 * Checks that no process has migrated the file to a version that this code cannot use. Returns the file's version.
 *
 * @throws {StoreError} if one has.
 */
export function checkVersion(connection: Connection, steps: readonly Migration[]): number {
  const sql = 'SELECT version, usable_since AS usableSince FROM cgk_meta'
  return usable(connection.path, connection.get<FileVersion>(sql)!, steps).version
}

/**
 * Checks that senders and readers of this code can use a file that they must not migrate.
 *
 * @throws {StoreError} if the file lacks steps that they need.
 */
export function requireSteps(path: string, { version }: FileVersion, steps: readonly Migration[]): void {
  const needed = firstVersion + steps.findLastIndex(({ isOptional = false }) => !isOptional)
  if (version >= needed) return
  throw new StoreError({
    path,
    problem: 'older',
    description: `has schema version ${version}, but this process needs ${needed} or later, and only workers upgrade a file`,
    remedy: `Start a worker of this version, or run \`npx @cgk-platform/jobs-cli migrate --file ${path}\`.`,
  })
}

/** Applies the steps that a file lacks, within a transaction that has begun. @param version - of the file */
export function applySteps(connection: Connection, steps: readonly Migration[], version: number): void {
  for (const { sql } of steps.slice(version + 1 - firstVersion)) connection.exec(sql)
  const usableSince = steps.findLast((step) => step.usableSince !== undefined)?.usableSince ?? firstVersion
  connection.run('UPDATE cgk_meta SET version = ?, usable_since = ?', latestOf(steps), usableSince)
}

/** Converts an error of a read or a change. If a migration is its cause, returns the error of `checkVersion`. */
export function explainError(error: unknown, connection: Connection, steps: readonly Migration[]): Error {
  try {
    if (isOfSchema(error)) checkVersion(connection, steps)
  } catch (reason) {
    if (StoreError.isInstance(reason)) return reason
  }
  return toStoreError(error, connection.path)
}

function usable(path: string, found: FileVersion, steps: readonly Migration[]): FileVersion {
  const latest = latestOf(steps)
  if (found.usableSince <= latest) return found
  throw new StoreError({
    path,
    problem: 'newer',
    description: `has schema version ${found.version}, which processes of version ${found.usableSince} or later can use, but this one has version ${latest}`,
    remedy: 'Upgrade this package in this process, or use another `path`.',
  })
}

function unreleasedError(path: string): StoreError {
  const remedy = 'Choose another `path`, or delete the file with its jobs.'
  return new StoreError({
    path,
    problem: 'failed',
    description: 'was written by an earlier version of this package, from before its first release',
    remedy,
  })
}
