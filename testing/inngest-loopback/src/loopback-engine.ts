import { systemClock } from '@cgk-platform/jobs-core/provider'
import { createAppCaller } from './app-caller.ts'
import { createAppStore } from './app-store.ts'
import { createAppRegistrar } from './app-registrar.ts'
import { createApi } from './api.ts'
import { tableBackoffMs } from './backoff.ts'
import { concurrencyLimits } from './concurrency-limits.ts'
import { openConnectGateway } from './connect-gateway.ts'
import { realConnectOptions } from './connect-options.ts'
import { createCronTicks } from './cron-ticks.ts'
import { createUlid } from './event-ids.ts'
import { createEventIntake } from './event-intake.ts'
import { createEventStore } from './event-store.ts'
import { createExecutor } from './executor.ts'
import { createFaultRules } from './faults.ts'
import { startHttpServer } from './http-server.ts'
import type { LoopbackEngine, LoopbackOptions } from './loopback-options.ts'
import { createOpHandlers } from './op-handlers.ts'
import { createQueue } from './queue.ts'
import type { PublishedMessage } from './realtime-api.ts'
import type { LoggedRequest } from './request-log.ts'
import { createRunLifecycle } from './run-lifecycle.ts'
import { createRunStore } from './run-store.ts'
import { createSignals } from './signals.ts'
import { createSigning } from './signing.ts'
import { createItemThrottles } from './throttles.ts'
import { createWaitStore } from './wait-store.ts'

/** Delays measured on the real server. */
const measuredDelays = { runMs: 100, eventMs: 200, startMs: 100 }

/**
 * Starts an engine that implements Inngest's published protocol for unmodified SDKs, over HTTP and over worker
 * connections. For tests only.
 *
 * It accepts events, registers apps, executes functions with steps, waits, attempts, concurrency, throttles, priority, cancellation
 * and cron triggers, and serves REST v1 and v2 with the quirks of the real server. It ignores all other flow control (rate
 * limit, debounce, batches, singletons, idempotency keys of functions). A run that uses `step.invoke`
 * or `step.fetch` fails with an error that says so.
 */
export async function createLoopbackEngine(options: LoopbackOptions = {}): Promise<LoopbackEngine> {
  const { clock = systemClock, port = 0, eventKey, maxEventBytes = 3 * 1024 * 1024 } = options
  const { retryDelayMs = tableBackoffMs, signingKey, signingKeyFallback } = options
  const delays = { ...measuredDelays, ...options.delays }

  const requests: LoggedRequest[] = []
  const faults = { in: createFaultRules(), out: createFaultRules() }
  const signing = createSigning(signingKey, signingKeyFallback)
  const caller = createAppCaller({
    clock,
    faults: faults.out,
    requests,
    callWorker: (...call) => gateway.call(...call),
  })
  const apps = createAppStore()
  const events = createEventStore(clock, delays.eventMs)
  const runs = createRunStore()
  const waits = createWaitStore(clock)
  const signals = createSignals(clock)
  const published: PublishedMessage[] = []

  const queue = createQueue({
    clock,
    limitsOf(run) {
      const fn = apps.findFunction(run.functionId)!
      return [...concurrencyLimits(fn, run), ...gateway.limitsOf(fn)]
    },
    throttles: createItemThrottles(clock.now, ({ run }) => apps.findFunction(run.functionId)!),
    execute: (item) => executor.execute(item),
  })
  const lifecycle = createRunLifecycle({
    clock,
    queue,
    runs,
    waits,
    startDelayMs: delays.startMs,
    nameOf: (functionId) => apps.findFunction(functionId)!.slug,
    send: (event) => void intake.receive(event),
  })
  const ops = createOpHandlers({ clock, queue, waits, signals, lifecycle, retryDelayMs })
  const executor = createExecutor({ clock, apps, caller, signing, lifecycle, ops, retryDelayMs })
  const intake = createEventIntake({ clock, apps, events, waits, lifecycle, runDelayMs: delays.runMs })
  const crons = createCronTicks({
    clock,
    onTick(fn, cronSchedule, event) {
      const stored = {
        internalId: createUlid(clock.now()),
        event: { ...event, id: event.id!, ts: event.ts! },
        receivedAtMs: clock.now(),
      }
      events.add(stored)
      lifecycle.schedule(fn, stored, { cronSchedule, atMs: stored.event.ts })
    },
  })

  const register = createAppRegistrar({ clock, apps, crons })
  const gateway = await openConnectGateway({
    clock,
    options: { ...realConnectOptions, ...options.connect },
    register: (app) => register({ ...app, url: `ws://connect?app_name=${app.appName}` }) !== 'invalid',
    changed: () => queue.wake(),
  })
  const api = createApi({
    clock,
    apps,
    events,
    eventKey,
    gateway,
    intake,
    lifecycle,
    maxEventBytes,
    ops,
    published,
    queue,
    register,
    runs,
    signals,
    signing,
  })
  const server = await startHttpServer({ port, clock, faults: faults.in, requests, handle: api })

  return {
    url: server.url,
    requests,
    published,
    async sync(appUrl) {
      const signature = signing.enabled ? { 'x-inngest-signature': signing.sign('') } : {}
      const reply = await caller.call(appUrl, { method: 'PUT', headers: { ...signature }, body: '' })
      if (reply.status === 200) return
      throw new Error(`The app at ${appUrl} did not sync: ${reply.status} ${reply.body ?? ''}`)
    },
    loseUnprocessedEvents: intake.dropUnprocessed,
    workers: { list: gateway.workers, drain: gateway.drain, cut: gateway.cut },
    intercept: (rule, direction = 'in') => faults[direction].add(rule),
    async close() {
      crons.close()
      waits.close()
      signals.close()
      queue.close()
      caller.close()
      await gateway.close()
      await server.close()
    },
  }
}
