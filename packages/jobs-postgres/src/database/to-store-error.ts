import { JobsError, StoreError } from '@cgk-platform/jobs-core/errors'
import type { StoreProblem } from '@cgk-platform/jobs-core/scheduling'

interface Description {
  readonly problem: StoreProblem
  readonly description: string
  readonly remedy: string
}

const unreachable: Description = {
  problem: 'unreachable',
  description: 'cannot be reached',
  remedy: 'Start the server, or correct the address. Nothing was stored.',
}
const full: Description = {
  problem: 'full',
  description: 'cannot grow: the disk of the server is full',
  remedy: 'Free disk space; waiting jobs then continue automatically. The failed change was rolled back.',
}
const refusedLogin: Description = {
  problem: 'unauthorized',
  description: 'refuses the user or the password',
  remedy: 'Correct them in the `connectionString` or in `DATABASE_URL`.',
}
const noTables: Description = {
  problem: 'not found',
  description: 'lacks a table or a column of the jobs',
  remedy: 'Restore a backup of the whole schema. To start with no jobs, drop the schema; the next process creates it.',
}
const tooManyConnections: Description = {
  problem: 'busy',
  description: 'has no connection to spare',
  remedy: 'Raise `max_connections` of the server, lower `max` of the pools, or put a pooler in between.',
}

const untrusted: Description = {
  problem: 'unreachable',
  description: 'cannot be reached by TLS',
  remedy:
    'Add `sslmode=verify-full&sslrootcert=FILE` to the URL, with the certificate of its authority. Nothing was stored.',
}
const busyPool: Description = {
  problem: 'busy',
  description: 'has not answered in time on any connection of this process',
  remedy: 'Find what its statements wait for in `pg_stat_activity`, or raise `max` of the pool.',
}

/** PostgreSQL's error codes, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const descriptions: Readonly<Record<string, Description>> = {
  '28000': {
    problem: 'unauthorized',
    description: 'refuses the connection',
    remedy:
      'Correct the user, admit the address in `pg_hba.conf`, or add `sslmode=verify-full` if the server demands TLS.',
  },
  '28P01': refusedLogin,
  '3D000': { problem: 'not found', description: 'does not exist', remedy: 'Create it: `CREATE DATABASE`.' },
  '3F000': noTables,
  '42P01': noTables,
  '42703': noTables,
  '42883': noTables,
  '42501': {
    problem: 'unauthorized',
    description: 'does not let the user read and write the tables of the jobs',
    remedy: 'Run the statements that `npx @cgk-platform/jobs-cli migrate --grants <user>` prints.',
  },
  '25006': {
    problem: 'read-only',
    description: 'is read-only: the server is a replica, or it refuses writes',
    remedy: 'Connect to the primary server.',
  },
  '53100': full,
  '53300': tooManyConnections,
  '57014': {
    problem: 'busy',
    description: 'stopped a statement after its `statement_timeout`',
    remedy: 'Raise the timeout for the user of the jobs. The failed change was rolled back.',
  },
  '55P03': {
    problem: 'busy',
    description: 'stopped a statement after its `lock_timeout`',
    remedy: 'Raise the timeout for the user of the jobs. The failed change was rolled back.',
  },
  '57P03': unreachable,
}

/** Errors of the network and of `pg` for a connection that cannot be made. */
const connectionCodes: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

/** The effect of a statement whose connection was lost. In a transaction of the app, only the app can commit it. */
export type Ambiguity = 'nothing stored' | 'maybe stored' | 'in a transaction of the app'

/**
 * Converts an error of a driver to a `StoreError`. Returns errors of this library unchanged.
 *
 * @param whenLost - what a lost connection means for the change
 */
export function toStoreError(error: unknown, path: string, whenLost: Ambiguity = 'maybe stored'): Error {
  if (error instanceof JobsError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  return new StoreError({ kind: 'database', path, ...describe(cause, whenLost) }, { cause })
}

function describe(error: Error, whenLost: Ambiguity): Description {
  if (whenLost === 'in a transaction of the app') return inTransaction(describe(error, 'nothing stored'))
  const { code } = error as { code?: unknown }
  const message = error.message.replace(/\.$/, '')
  const known = typeof code === 'string' ? descriptions[code] : undefined
  if (known) return isVague(code) ? { ...known, description: `${known.description}: ${message}` } : known
  if (error.message.includes('max_client_conn')) return tooManyConnections
  if (isPoolExhausted(error)) return busyPool
  if (connectionCodes.includes(code) || error.message === 'timeout expired') return unreachable
  if (isUntrusted(error)) return { ...untrusted, description: `${untrusted.description}: ${message}` }
  if (isLostConnection(error)) return whenLost === 'nothing stored' ? unreachable : lostWithin
  const problem = isRolledBack(code) ? 'rejected' : 'failed'
  return { problem, description: `failed: ${message}`, remedy: 'See the `cause` of this error.' }
}

/** Nothing was stored, and the statements of the app before it cannot be either. */
function inTransaction({ problem, description, remedy }: Description): Description {
  return {
    problem: problem === 'failed' ? 'rejected' : problem,
    description,
    remedy: `Your transaction is aborted: roll it back. ${remedy}`,
  }
}

/** Returns whether an error has many causes, of which the message of the server names one. */
function isVague(code: unknown): boolean {
  return code === '28000' || code === '42501'
}

/** Returns whether no connection was made because TLS failed. */
function isUntrusted({ code, message }: Error & { code?: unknown }): boolean {
  return /CERT|^UNABLE_TO_/.test(String(code)) || message === 'The server does not support SSL connections'
}

/**
 * Returns whether the server has rolled back and said so. 40003 means that it does not know. Codes of Node.js, such as
 * `EBADF`, have no digits.
 */
function isRolledBack(code: unknown): boolean {
  return typeof code === 'string' && /^(?=.*\d)[\dA-Z]{5}$/u.test(code) && code !== '40003'
}

const lostWithin: Description = {
  problem: 'failed',
  description: 'lost the connection before it answered',
  remedy: 'The change may have been stored anyway, but never in part.',
}

/** `pg` has no code for it: no connection of the pool was free within its `connectionTimeoutMillis`. */
function isPoolExhausted(error: Error): boolean {
  return error.message === 'timeout exceeded when trying to connect'
}

/** Returns true if no connection could be made within the `connectionTimeoutMillis` of the pool. */
export function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Connection terminated due to connection timeout'
}

/** Returns true if the connection of a statement ended before the answer. */
export function isLostConnection(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string') {
    // Class 08 is the protocol's. With the others, the server ends the connection: it stops, or the transaction was idle or took
    // too long, for example because the event loop was blocked.
    return /^(08...|25P0[34]|57P0[125]|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code)
  }
  return (
    typeof message === 'string' &&
    /^Connection terminated|^Client has encountered|^Client was closed|closed unexpectedly/.test(message)
  )
}

/** Returns true if a prepared statement was planned for other columns, before a migration. */
export function hasOldPlan(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '0A000'
}

/** Returns true if the server process has not prepared a statement, or no longer: the app or a pooler has reset it. */
export function isForgotten(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '26000'
}
