import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from './kind-of.ts'

/** Says how to repair `middleware` that cannot be used. */
export const middlewareRemedy = 'Give an array of functions, such as `[(attempt, next) => next()]`.'

/** Says why `middleware` cannot be used, in words that follow its name; `undefined` where it can. */
export function middlewareProblem(middleware: unknown): string | undefined {
  if (middleware === undefined) return undefined
  if (!Array.isArray(middleware)) return `is ${kindOf(middleware)}, not an array`
  const wrong = middleware.findIndex((layer) => typeof layer !== 'function')
  return wrong === -1 ? undefined : `contains ${kindOf(middleware[wrong])} at index ${wrong}`
}

/** @throws {InvalidOptionError} when `middleware` is given and is no array of functions. */
export function checkMiddleware(middleware: unknown): void {
  const problem = middlewareProblem(middleware)
  if (problem !== undefined) throw new InvalidOptionError({ option: 'middleware', problem, remedy: middlewareRemedy })
}
