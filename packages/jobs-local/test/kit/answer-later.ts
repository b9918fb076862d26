import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { BegunWork, EngineStore, MaybePromise } from '../../src/store/engine-store.ts'

/**
 * Returns a store that makes each change in a later turn of the event loop and reports it in another one, like a server
 * that answers over a network.
 */
export function answerLater(store: EngineStore, clock: Pick<Clock, 'yield'>): EngineStore {
  let pending = 0
  const later = async <T>(work: () => MaybePromise<T>): Promise<T> => {
    pending++
    await clock.yield()
    const result = await work()
    await clock.yield()
    pending--
    return result
  }
  /** Makes a change at once, and calls `done` with its result in a later turn. */
  const doLater = async (change: (done: () => void) => unknown, done: () => void): Promise<void> => {
    let isDone = false
    await later(() => void change(() => (isDone = true)))
    if (isDone) done()
  }
  const changes: Partial<EngineStore> = {
    seesPending: false,
    begin(capacity, { done, failed }) {
      let begun: BegunWork | undefined
      const begin = (made: () => void): void =>
        store.begin(capacity, {
          done(work) {
            begun = work
            made()
          },
          failed,
        })
      void doLater(begin, () => done(begun!))
    },
    add: (...args) => later(() => store.add(...args)),
    get: (...args) => later(() => store.get(...args)),
    cancel: (...args) => later(() => store.cancel(...args)),
    retry: (...args) => later(() => store.retry(...args)),
    settle: (ended, recorded) => doLater((done) => store.settle(ended, done), recorded),
    async saveStep(run, step, saved) {
      const result = await later(() => {
        let made = { isSaved: true, mayHaveMissed: false }
        void store.saveStep(run, step, (one) => (made = one))
        return made
      })
      saved(result)
    },
    saveRecord: (run) => later(() => void store.saveRecord(run)),
    wakeRun: (run, done) => void doLater((woken) => store.wakeRun(run, woken), done),
    release: (run, done) => void doLater((released) => store.release(run, released), done),
    hasOpenRun: (...args) => later(() => store.hasOpenRun(...args)),
    waitingRuns: (...args) => later(() => store.waitingRuns(...args)),
    openJobs: (...args) => later(() => store.openJobs(...args)),
    parkedRuns: (...args) => later(() => store.parkedRuns(...args)),
    close: (...args) => later(() => store.close(...args)),
    pauses: {
      set: (...args) => later(() => store.pauses.set(...args)),
      all: () => later(() => store.pauses.all()),
    },
  }
  return new Proxy(store, {
    get(_store, name: keyof EngineStore) {
      if (name === 'isChanging') return pending > 0 || store.isChanging
      const member = changes[name] ?? store[name]
      return typeof member === 'function' ? member.bind(store) : member
    },
  })
}
