import type { StepCall } from '@cgk-platform/jobs-core/provider'

import { sha1 } from './sha1.ts'

/** What a native step is called: by its id Inngest knows it, its name is what people read. */
export interface StepName {
  readonly id: string
  readonly name: string
}

/** No step of a user's code has an id that ends so: those of one id are counted from 2. */
const own = '#0'
/** Between a step's key and what it waits for. */
const separator = ' · '

/** Where the version that a run began with is kept. */
export const versionName: StepName = { id: `version${own}`, name: 'version' }
/** Where it is kept why a run has failed, before it is compensated. */
export const failureName: StepName = { id: `failed${own}`, name: 'failed' }

/** The wait before a run that Inngest gave up is compensated. */
export const graceName: StepName = { id: `grace${own}`, name: 'grace' }
/** Where it is kept whether another run goes on with what was done. */
export const leftName: StepName = { id: `left${own}`, name: 'left' }

/** The native step that compensates one. */
export function compensationName(key: string): StepName {
  return { id: `${key}/compensation${own}`, name: `${key}/compensation` }
}

/** The native step in which what a sleep has beyond whole seconds goes by. */
export function restName(key: string): StepName {
  return { id: `${key}/rest${own}`, name: `${key}/rest` }
}

/** A later part of a wait that is made in several: the next wait for an event, or the next piece of a long sleep. */
export function partName(key: string, part: number): StepName {
  return { id: `${key}/${part}${own}`, name: `${key}/${part}` }
}

/** The native wait for the end of a job that a step runs; there are several, counted from 0, where it takes long. */
export function endName(key: string, turn: number): StepName {
  return { id: `${key}/end/${turn}${own}`, name: `${key}/end` }
}

/** The native step that looks how a job stands whose end was not heard of. */
export function lookName(key: string, turn: number): StepName {
  return { id: `${key}/look/${turn}${own}`, name: `${key}/look` }
}

/** The native step of a call. Inngest's API tells nothing of what a step waits for, so that its name does. */
export function callName(call: StepCall): StepName {
  const { key } = call
  const says = (what: string): StepName => ({ id: key, name: `${key}${separator}${what}` })
  switch (call.kind) {
    case 'sleep':
      return says(`sleep ${call.durationMs} ms`)
    case 'sleepUntil':
      return says(`until ${new Date(call.until).toISOString()}`)
    case 'waitForEvent':
      return says(`${call.event} within ${call.timeoutMs} ms`)
    default:
      return { id: key, name: key }
  }
}

/** What a native step is, as its name and its hashed id tell. */
export type NamedStep =
  | { readonly part: 'step'; readonly key: string; readonly says?: string }
  | { readonly part: 'compensation' | 'end' | 'later'; readonly key: string }
  | { readonly part: 'other' }

/** Reads the name of a native step; the hash of its id tells a key that looks like a name of ours from one. */
export function readStepName(name: string, hashedId: string): NamedStep {
  if (sha1(name) === hashedId) return { part: 'step', key: name }
  for (let at = name.lastIndexOf(separator); at > 0; at = name.lastIndexOf(separator, at - 1)) {
    const key = name.slice(0, at)
    if (sha1(key) === hashedId) return { part: 'step', key, says: name.slice(at + separator.length) }
  }
  const [, compensated] = /^(.+)\/compensation$/s.exec(name) ?? []
  if (compensated !== undefined && sha1(compensationName(compensated).id) === hashedId)
    return { part: 'compensation', key: compensated }
  const [, awaited] = /^(.+)\/end$/s.exec(name) ?? []
  if (awaited !== undefined && sha1(endName(awaited, 0).id) === hashedId) return { part: 'end', key: awaited }
  // What a wait goes on with after its first part.
  const [, waiting, part] = /^(.+)\/(rest|\d+)$/s.exec(name) ?? []
  if (waiting === undefined) return { part: 'other' }
  const { id } = part === 'rest' ? restName(waiting) : partName(waiting, Number(part))
  return sha1(id) === hashedId ? { part: 'later', key: waiting } : { part: 'other' }
}
