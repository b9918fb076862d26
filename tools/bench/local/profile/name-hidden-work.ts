import type { DatabaseSync } from 'node:sqlite'

/**
 * Calls JSON and commits through functions with names, because a profile counts V8's built-in functions as their
 * callers and shows no arguments.
 */
export function nameHiddenWork({ prototype }: typeof DatabaseSync): void {
  const { parse, stringify } = JSON
  JSON.parse = function parseJson(...args: Parameters<typeof parse>): unknown {
    return parse(...args)
  }
  JSON.stringify = function stringifyJson(...args: Parameters<typeof stringify>): string {
    return stringify(...args)
  } as typeof stringify
  const { exec } = prototype
  function commitTransaction(this: DatabaseSync, sql: string): void {
    exec.call(this, sql)
  }
  prototype.exec = function execute(sql) {
    if (sql === 'COMMIT') commitTransaction.call(this, sql)
    else exec.call(this, sql)
  }
}
