import { JobNotVisibleError } from '../errors/job-not-visible-error.ts'
import { WaitTimeoutError } from '../errors/wait-timeout-error.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { isEnded } from '../status/job-state.ts'
import type { JobStatus } from '../status/job-status.ts'
import { type Clock, elapsedOf, type Timer } from '../time/clock.ts'
import type { CheckedOptions } from '../options/declare-options.ts'
import type { WaitOptions } from './job-client.ts'

interface WaitContext extends CheckedOptions<WaitOptions> {
  readonly id: string
  readonly provider: Pick<JobProvider, 'watch'>
  readonly clock: Clock
}

const firstPollMs = 50
const maxPollMs = 2000
/** Maximum time to wait for a job to become visible. */
const visibleWithinMs = 60_000
/** Time that a read may take after the wait limit. Even a limit of 0 reads once. */
const lastReadMs = 1000

/** Reads a job until it ends: after each change that the provider reports, otherwise at increasing intervals. */
export async function waitForJob(
  read: () => Promise<JobStatus>,
  { id, provider, clock, timeoutMs, signal }: WaitContext,
): Promise<JobStatus> {
  const elapsed = (): number => elapsedOf(clock)
  const beganAt = elapsed()
  const left = (): number | undefined => (timeoutMs === undefined ? undefined : beganAt + timeoutMs - elapsed())
  let status: JobStatus | undefined
  let pollMs = firstPollMs
  for (;;) {
    signal?.throwIfAborted()
    // Watch before reading, so that no change in between is missed.
    const change = nextChange(provider, id)
    try {
      const reading = readVisible(read, () => elapsed() < beganAt + visibleWithinMs)
      reading.catch(() => undefined) // it may fail after the wait has ended
      const maxReadMs = timeoutMs === undefined ? undefined : Math.max(0, left()!) + lastReadMs
      status = (await firstOf(reading, maxReadMs, clock, signal)) ?? status
      if (status && isEnded(status.state)) return status
      const leftMs = left()
      if (leftMs !== undefined && leftMs <= 0)
        throw new WaitTimeoutError({
          jobId: id,
          state: status?.state ?? 'queued',
          timeoutMs: timeoutMs!,
          open: status ? openIn(status) : [],
        })
      const pauseMs = change.isWatched ? leftMs : Math.min(pollMs, leftMs ?? pollMs)
      await firstOf(change.occurred, pauseMs, clock, signal)
      pollMs = Math.min(pollMs * 2, maxPollMs)
    } finally {
      change.stop()
    }
  }
}

/** Reads a job. Returns `undefined` if it is not visible yet and may become visible. */
async function readVisible(
  read: () => Promise<JobStatus>,
  mayBecomeVisible: () => boolean,
): Promise<JobStatus | undefined> {
  try {
    return await read()
  } catch (error) {
    if (JobNotVisibleError.isInstance(error) && mayBecomeVisible()) return undefined
    throw error
  }
}

function openIn({ runs }: JobStatus): string[] {
  return runs.filter(({ state }) => !isEnded(state)).map(({ definitionId }) => definitionId)
}

interface Change {
  readonly isWatched: boolean
  readonly occurred: Promise<void>
  stop(): void
}

function nextChange(provider: Pick<JobProvider, 'watch'>, id: string): Change {
  let stop = (): void => undefined
  const occurred = new Promise<void>((resolve) => {
    if (provider.watch) stop = provider.watch(id, resolve)
  })
  return { isWatched: provider.watch !== undefined, occurred, stop: () => stop() }
}

/** Returns `undefined` after the pause. @throws the reason of the signal if it aborts first */
async function firstOf<T>(
  change: Promise<T>,
  pauseMs: number | undefined,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  signal?.throwIfAborted() // in case it aborted while the job was read
  let timer: Timer | undefined
  let onAbort = (): void => undefined
  const other = new Promise<undefined>((resolve, reject) => {
    // Even without a limit, a timer keeps the process alive while it waits.
    timer = clock.setTimer(pauseMs ?? Number.POSITIVE_INFINITY, () => resolve(undefined))
    onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([change, other])
  } finally {
    timer?.cancel()
    signal?.removeEventListener('abort', onAbort)
  }
}
