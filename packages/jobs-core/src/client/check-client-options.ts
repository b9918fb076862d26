import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { ClientOptions } from './client-options.ts'
import { checkMiddleware } from '../options/check-middleware.ts'
import { checkOptionNames } from '../options/check-option-names.ts'

const optionNames = ['provider', 'config', 'jobs', 'logger', 'hooks', 'middleware', 'maxPayloadBytes']
const hookNames = ['onSend', 'onAttemptStart', 'onAttemptEnd', 'onRunEnd'] as const

/** @throws {InvalidOptionError} for an option of a client that does not exist or cannot be used. */
export function checkClientOptions(options: ClientOptions): void {
  const { clock: _, ...told } = options // a clock is for test kits alone
  checkOptionNames('a client', told, optionNames)
  const { hooks, logger, maxPayloadBytes } = options
  // An instance of a class may have fields of its own beside its hooks.
  if (hooks === undefined || isPlain(hooks)) checkOptionNames('`hooks`', hooks, hookNames)
  for (const name of hookNames) {
    const hook = hooks?.[name]
    if (hook !== undefined) checkFunction(`hooks.${name}`, hook)
  }
  checkMiddleware(options.middleware)
  if (logger !== undefined) {
    const given = logger as Partial<typeof logger> | null
    for (const level of ['debug', 'info', 'warn', 'error'] as const) checkFunction(`logger.${level}`, given?.[level])
  }
  if (maxPayloadBytes !== undefined && !(Number.isSafeInteger(maxPayloadBytes) && maxPayloadBytes > 0)) {
    const problem = `is \`${String(maxPayloadBytes)}\``
    throw new InvalidOptionError({ option: 'maxPayloadBytes', problem, remedy: 'Give a whole number of bytes.' })
  }
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true // to be refused as it is
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function checkFunction(option: string, value: unknown): void {
  if (typeof value === 'function') return
  const problem = value === undefined ? 'is missing' : 'is not a function'
  throw new InvalidOptionError({ option, problem, remedy: 'Give a function, or leave the whole out.' })
}
