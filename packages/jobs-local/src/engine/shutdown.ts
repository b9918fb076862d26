import { ShutdownError } from '@cgk-platform/jobs-core/errors'
import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { AttemptSlots } from './attempt-slots.ts'
import { Deadline } from './deadline.ts'
import type { EngineDependencies } from './engine-dependencies.ts'

/** The loop that is shut down. */
export interface ClosingLoop {
  /** Whether an attempt is running or work is due. */
  readonly isBusy: boolean
  /** Whether due work can begin now. */
  readonly hasDue: boolean
  /** Makes the loop check the store again. */
  wake(): void
  /** Dispatches no cron tick from now on. */
  stopTicks(): void
  /** Begins nothing from now on. */
  stop(): void
}

/** Closes an engine: waits for its attempts to end, and in memory also for due work, then aborts the rest. */
export class Shutdown {
  readonly #dependencies: EngineDependencies
  readonly #slots: AttemptSlots
  readonly #loop: ClosingLoop
  readonly #deadline: Deadline
  #progressWaiters: (() => void)[] = []
  #result: Promise<void> | undefined
  #isDraining = false
  #isClosed = false

  constructor(dependencies: EngineDependencies, slots: AttemptSlots, loop: ClosingLoop) {
    this.#dependencies = dependencies
    this.#slots = slots
    this.#loop = loop
    this.#deadline = new Deadline(dependencies.clock, () => this.progressed())
  }

  /** Whether it has stopped waiting for attempts. True from then on. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether no new work begins: it waits for the running attempts, or is closed. */
  get beginsNothing(): boolean {
    return this.#isClosed || this.#isDraining
  }

  /** Waits up to `timeoutMs` milliseconds. A later call can shorten that. */
  begin(timeoutMs: number): Promise<void> {
    // For example when the process gets a second SIGTERM.
    if (!this.#isClosed) this.#deadline.within(timeoutMs)
    this.#result ??= this.#run()
    return this.#result
  }

  /** Called when an attempt or a leftover handler has ended. */
  progressed(): void {
    if (this.#progressWaiters.length === 0) return
    for (const resolve of this.#progressWaiters.splice(0)) resolve()
  }

  async #run(): Promise<void> {
    const { store } = this.#dependencies
    this.#loop.stopTicks()
    // Due jobs in a shared store are left for other processes. Jobs in memory would be lost, so they run now.
    this.#isDraining = store.shared !== undefined
    store.endGathering?.()
    while (!this.#deadline.isOver && (this.#isDraining ? this.#slots.isRunning : this.#loop.isBusy))
      await this.#nextProgress()
    this.#deadline.clear()
    this.#isClosed = true
    this.#loop.stop()
    store.shared?.beginClosing()
    this.#slots.abortAll(new ShutdownError())
    await Promise.all(this.#slots.recorded)
    await this.#closeStore()
  }

  async #closeStore(): Promise<void> {
    const { store, changed, host } = this.#dependencies
    const dropped = await store.close(toErrorInfo(new ShutdownError()))
    const disposing = store.shared?.dispose()
    if (disposing) await disposing
    for (const jobId of dropped) changed(jobId)
    if (dropped.length === 0) return
    const message = 'The engine closed before all jobs had ended. The remaining jobs in memory are lost.'
    bindLogger(host.logger, {}).warn(message, { jobs: dropped.length })
  }

  /**
   * Resolves when an attempt or a leftover handler ends, or the deadline expires. If nothing runs but work is due,
   * resolves after one turn of the event loop.
   */
  async #nextProgress(): Promise<void> {
    if (this.#slots.isRunning || !this.#loop.hasDue)
      return new Promise((resolve) => this.#progressWaiters.push(resolve))
    this.#loop.wake()
    await this.#dependencies.clock.yield()
  }
}
