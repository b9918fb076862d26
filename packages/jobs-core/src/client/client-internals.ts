import type { ValueCodec } from '../codec/value-codec.ts'
import { processState } from '../runtime/process-state.ts'
import type { Definition } from '../jobs/definition.ts'
import type { ErasedPart } from '../provider/erased-part.ts'
import type { Clock } from '../time/clock.ts'
import type { Failures, History } from '../inspection/inspect-source.ts'
import type { FailureQuery, HistoryQuery } from '../provider/job-inspection.ts'
import type { JobClient } from './job-client.ts'
import type { AnyItem, SendResult } from '../sends/send-options.ts'

/** The parts of a client that a tenant router needs besides its methods. */
export interface ClientInternals {
  /** The clock of the client. */
  readonly clock: Clock
  /** Sends events that only resolve waits of workflows. Absent in a tenant router. */
  sendForWaits?(items: readonly AnyItem[], isSystem: boolean): Promise<SendResult[]>
  /** Calls `changed` after changes of any jobs. Returns `undefined` if the engine cannot push. */
  watchJobs?(changed: () => void): Promise<(() => void) | undefined>
  /** Counts failures by their errors. Absent in a tenant router. */
  failures?(query: FailureQuery): Promise<Failures>
  /** Counts the runs of a definition by time. Absent in a tenant router. */
  history?(query: HistoryQuery): Promise<History>
  /** Deletes a batch of a tenant's data, like `erase` of a provider. Absent in a tenant router. */
  erase?(tenantId: string, until: number): Promise<ErasedPart>
  /** Returns the client's definitions without asking its engine. A tenant router returns those of all its clients. */
  definitions?(): readonly Definition[]
  /** True if handlers may run in this process. A tenant router has none. */
  runsHandlers?(): boolean
  /** Encodes and decodes what the client sends and reads. Absent: it has no codec. */
  readonly codec?: ValueCodec | undefined
  /** True for a tenant router. */
  readonly isRouter?: boolean
}

function allInternals(): WeakMap<JobClient, ClientInternals> {
  return processState('clientInternals', () => new WeakMap())
}

/** Returns the internals of a client that the library has created. */
export function internalsOf(client: JobClient | undefined): ClientInternals | undefined {
  return client && allInternals().get(client)
}

/** Records the internals of a client. */
export function setInternals(client: JobClient, internals: ClientInternals): void {
  allInternals().set(client, internals)
}
