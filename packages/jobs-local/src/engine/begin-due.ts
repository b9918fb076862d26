import type { News, StoredJob, StoredRun } from '../store/job-store.ts'
import type { EngineParts } from './engine-parts.ts'
import { subscribersOf } from './subscribers-of.ts'

/** How many jobs get their runs before the loop has its turn. */
const dueBatch = 10_000

/** What a look at the store has brought. */
export interface Begun {
  /** Jobs that have got their runs. */
  readonly due: readonly StoredJob[]
  /** Events of such jobs that nobody handles, nor waits for. */
  readonly unhandled: readonly string[]
  readonly news: News
  /** Runs that have got a place. */
  readonly claimed: readonly StoredRun[]
}

/** What there is room for. */
interface Room {
  /** How many runs may begin. */
  readonly places: number
  /** Whether code of a run is there to be told of an answer. */
  readonly listens: (run: StoredRun) => boolean
}

/** Gives jobs that have come due their runs, and runs the places that are free; all within one change of the store. */
export function beginDue({ store, clock, host }: EngineParts, { places, listens }: Room): Begun {
  const now = clock.now()
  const due = store.takeDueJobs(dueBatch, now)
  const unhandled: string[] = []
  for (const job of due) {
    const answered = store.answerWaits(job.envelope, now)
    const subscribers = subscribersOf(job, host.jobs, store)
    if (subscribers.length === 0 && answered === 0) unhandled.push(job.envelope.event)
    store.addRuns(job, subscribers, now)
  }
  const news = store.takeNews(now)
  // In the change that takes the answer: were it a later one, a crash between them would leave the run asleep for ever.
  for (const { run } of news.answered) if (!listens(run)) store.wakeRun(run)
  const limitsOf = (definitionId: string) => host.jobs.get(definitionId)?.concurrency
  return { due, unhandled, news, claimed: store.claim(places, limitsOf, now) }
}
