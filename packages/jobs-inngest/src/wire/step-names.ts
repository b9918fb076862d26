import type { StepCall } from '@cgk-platform/jobs-core/hosted'

import { sha1 } from './sha1.ts'

/** The id by which Inngest identifies a native step, and the name that its dashboard shows. */
export interface StepName {
  readonly id: string
  readonly name: string
}

/** Ends the ids of steps that this library adds. No step of the app has it: repeated ids of the app count from 2. */
const ownSuffix = '#0'
/** Separates a step's key from the description of its wait. */
const separator = ' · '

/** The step that stores the version with which a run began. */
export const versionName: StepName = { id: `version${ownSuffix}`, name: 'version' }
/** The step that stores why a run failed, before its compensations begin. */
export const failureName: StepName = { id: `failed${ownSuffix}`, name: 'failed' }

/** The times of a wait for other code, epoch milliseconds, and what does not fit. */
export interface Parking {
  readonly since: number
  readonly until: number
  readonly message: string
}

/** Maximum length of the message in the name of a sleep. */
const maxMessageLength = 1000

/** Returns the id of the sleep before a look whether a run fits to the code, counted from 1. */
export function parkId(look: number): string {
  return `parked ${look}${ownSuffix}` // without a slash, so that it is no part of a step
}

/** Names that sleep. The name has the reason, because a native sleep stores nothing else. */
export function parkName(look: number, { since, until, message }: Parking): StepName {
  const times = [since, until].map((at) => new Date(at).toISOString()).join(' to ')
  const parts = [`waits for other code, look ${look}`, times, message.slice(0, maxMessageLength)]
  return { id: parkId(look), name: parts.join(separator) }
}

/** A sleep of a run that waits for a newer version of this library, counted from 0. */
export function heldName(turn: number): StepName {
  return { id: `held/${turn}${ownSuffix}`, name: 'waiting for a newer version of the library' }
}

/** The delay before the compensations of a run that Inngest has failed. */
export const graceName: StepName = { id: `grace${ownSuffix}`, name: 'grace period' }
/** The step that stores whether another run retries the failed run and reuses its steps. */
export const supersededName: StepName = { id: `left${ownSuffix}`, name: 'superseded' }

/** Names the native step that compensates a step. */
export function compensationName(key: string): StepName {
  return { id: `${key}/compensation${ownSuffix}`, name: `${key}/compensation` }
}

/** Names the native step that waits for the part of a sleep below one second. */
export function remainderName(key: string): StepName {
  return { id: `${key}/rest${ownSuffix}`, name: `${key}/rest` }
}

/**
 * Names a later part of a wait that takes several native steps: the next event wait, or the next part of a long sleep.
 */
export function continuationName(key: string, part: number): StepName {
  return { id: `${key}/${part}${ownSuffix}`, name: `${key}/${part}` }
}

/** Names a look for an event that a wait with `since` may have missed, counted from 2: the step itself is the first. */
export function pastLookName(key: string, turn: number): StepName {
  return { id: `${key}/past/${turn}${ownSuffix}`, name: `${key}/past` }
}

/** Names a native wait for the end of a job that a step runs. A long job needs several, counted from 0. */
export function jobEndName(key: string, turn: number): StepName {
  return { id: `${key}/end/${turn}${ownSuffix}`, name: `${key}/end` }
}

/** Names the native step that reads the state of a job after a wait for its end timed out. */
export function jobCheckName(key: string, turn: number): StepName {
  return { id: `${key}/look/${turn}${ownSuffix}`, name: `${key}/check` }
}

/**
 * Names the native step of a call. The name of a wait contains what it waits for, because Inngest's API does not return
 * that.
 */
export function callName(call: StepCall): StepName {
  const { key } = call
  const describedAs = (detail: string): StepName => ({ id: key, name: `${key}${separator}${detail}` })
  switch (call.kind) {
    case 'sleep':
      return describedAs(`sleep ${call.durationMs} ms`)
    case 'sleepUntil':
      return describedAs(`until ${new Date(call.until).toISOString()}`)
    case 'waitForEvent':
      return describedAs(`${call.event} within ${call.timeoutMs} ms`)
    default:
      return { id: key, name: key }
  }
}

/** The role of a native step, read from its name and its hashed id. */
export type NamedStep =
  | { readonly part: 'step'; readonly key: string; readonly detail?: string }
  | { readonly part: 'compensation' | 'end' | 'continuation'; readonly key: string }
  | ({ readonly part: 'parked' } & Parking)
  | { readonly part: 'other' }

/**
 * Reads the name of a native step. The hash of its id distinguishes names of this library from similar keys of the app.
 */
export function readStepName(name: string, hashedId: string): NamedStep {
  if (sha1(name) === hashedId) return { part: 'step', key: name }
  for (let at = name.lastIndexOf(separator); at > 0; at = name.lastIndexOf(separator, at - 1)) {
    const key = name.slice(0, at)
    if (sha1(key) === hashedId) return { part: 'step', key, detail: name.slice(at + separator.length) }
  }
  const [, compensated] = /^(.+)\/compensation$/s.exec(name) ?? []
  if (compensated !== undefined && sha1(compensationName(compensated).id) === hashedId)
    return { part: 'compensation', key: compensated }
  const [, awaited] = /^(.+)\/end$/s.exec(name) ?? []
  if (awaited !== undefined && sha1(jobEndName(awaited, 0).id) === hashedId) return { part: 'end', key: awaited }
  const [, look, since = '', until = '', message = ''] =
    /^waits for other code, look (\d+) · (\S+) to (\S+) · (.*)$/s.exec(name) ?? []
  if (look !== undefined && sha1(parkId(Number(look))) === hashedId)
    return { part: 'parked', since: Date.parse(since), until: Date.parse(until), message }
  const [, waiting, part] = /^(.+)\/(rest|\d+)$/s.exec(name) ?? []
  if (waiting === undefined) return { part: 'other' }
  const { id } = part === 'rest' ? remainderName(waiting) : continuationName(waiting, Number(part))
  return sha1(id) === hashedId ? { part: 'continuation', key: waiting } : { part: 'other' }
}
