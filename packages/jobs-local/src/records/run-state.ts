import type { Envelope, JobErrorInfo, Json } from '@cgk-platform/jobs-core/provider'

/** The members of an `AttemptState`. */
export const attemptMembers = ['pause', 'dueAt', 'resumed', 'wakePending', 'probationEndsAt'] as const

/** The other members that only some states have. */
export const resultMembers = ['endedAt', 'output', 'error', 'supersededBy', 'toCompensate', 'compensating'] as const

type AttemptMember = (typeof attemptMembers)[number]
type StateMember = AttemptMember | (typeof resultMembers)[number]

/** Each type of a union, without those of these members that it does not declare. */
type Exactly<Member extends PropertyKey, Own> = Own extends unknown
  ? Readonly<Own> & { readonly [Name in Exclude<Member, keyof Own>]?: never }
  : never

/** A handler runs. */
interface Executing {
  /** Set while the attempt runs again after a pause. */
  resumed?: boolean
  /** Set if a wait was resolved while the workflow was about to be suspended for it. In memory only. */
  wakePending?: boolean
  /** Set if the run may have ended its process earlier: until then, in elapsed time, no other suspect begins beside it. */
  probationEndsAt?: number
}

/** A workflow was suspended. It waits for a time, an event or a job. */
interface Asleep {
  pause: 'asleep'
  /** The time for which it waits, if any. */
  dueAt?: number
}

/** A suspended workflow waits for a slot to resume. */
interface Awake {
  pause: 'awake'
}

/** The activity of an attempt that has begun. */
export type AttemptState = Exactly<AttemptMember, Executing | Asleep | Awake>

/** The error of the last attempt. Absent if none has failed, or if it is damaged in a file. */
export interface LastError {
  error?: JobErrorInfo
}

/** A state of a run, with the members that a run has only then. Instants are epoch milliseconds. */
export type RunState = Exactly<
  StateMember,
  | { state: 'scheduled'; /** When the quiet period of `debounce` ends. */ dueAt: number }
  | ({ state: 'queued' } & LastError)
  | ({ state: 'retrying'; /** When the next attempt is due. */ dueAt: number } & LastError)
  | ({ state: 'running' } & LastError & AttemptState)
  | EndedState
  // A cancelled workflow is compensated once its handler has released its slot.
  | ({ state: 'cancelled'; endedAt: number; compensating: Envelope } & LastError & AttemptState)
>

/** The states in which a run ends. */
export type EndedState = Exactly<
  StateMember,
  | { state: 'completed'; endedAt: number; output?: Json }
  | ({ state: 'failed'; endedAt: number } & LastError)
  | ({ state: 'cancelled'; endedAt: number } & LastError)
  // Its handler has not released its slot. The envelope is for the compensation, because the job's loses its payload.
  | ({ state: 'cancelled'; endedAt: number; toCompensate: Envelope } & LastError)
  | { state: 'superseded'; endedAt: number; /** The id of the job that replaced it. */ supersededBy: string }
>
