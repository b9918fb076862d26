import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { App, LoopbackFunction } from './app.ts'
import type { AppStore } from './app-store.ts'
import { parseCronExpression } from './cron-expression.ts'
import type { CronTicks } from './cron-ticks.ts'
import { parseDurationText } from './duration-text.ts'
import { deterministicUuid } from './deterministic-uuid.ts'
import { compileExpression } from './expressions.ts'
import { type FunctionConfig, parseFunctionConfig } from './function-config.ts'

const defaultRetries = 4
const maxRetries = 20

/** An app's description of itself. */
export interface RegisterBody {
  readonly url: string
  /** `connect` if a worker sends it. */
  readonly deployType?: string
  readonly appName: string
  readonly appVersion?: string
  readonly framework: string
  readonly sdk: string
  readonly functions: readonly unknown[]
}

/** Registers an app and returns whether anything changed. */
export type AppRegistrar = (body: RegisterBody) => 'modified' | 'unchanged' | 'invalid'

/** Creates the registrar for apps over HTTP and over worker connections. */
export function createAppRegistrar(options: {
  readonly clock: Clock
  readonly apps: AppStore
  readonly crons: CronTicks
}): AppRegistrar {
  const { clock, apps, crons } = options
  const registered = new Map<string, string>()

  return (body) => {
    const checksum = JSON.stringify(body)
    if (registered.get(body.appName) === checksum) return 'unchanged'
    let app: App
    try {
      app = readApp(body, apps.find(body.appName)?.createdAtMs ?? clock.now())
    } catch {
      return 'invalid'
    }
    registered.set(app.name, checksum)
    apps.put(app)
    crons.reset(app)
    return 'modified'
  }
}

function readApp(body: RegisterBody, createdAtMs: number): App {
  const functions = body.functions.map((config) => readFunction(body.appName, parseFunctionConfig(config)))
  const bySlug = new Map(functions.map((fn) => [fn.slug, fn]))
  if (bySlug.size !== functions.length) throw new Error('two functions have the same id')
  return {
    id: deterministicUuid(body.appName),
    name: body.appName,
    url: body.url,
    method: body.deployType === 'connect' ? 'CONNECT' : 'SERVE',
    framework: body.framework,
    sdk: body.sdk,
    ...(body.appVersion && { appVersion: body.appVersion }),
    createdAtMs,
    functions: bySlug,
  }
}

function readFunction(appName: string, config: FunctionConfig): LoopbackFunction {
  const { triggers, cancel = [], concurrency, throttle } = config
  if (triggers.length === 0 || triggers.length > 10) throw new Error('a function has 1 to 10 triggers')
  if (cancel.length > 5) throw new Error('This function exceeds the max number of cancellation events: 5')
  for (const trigger of triggers) {
    if ('cron' in trigger) parseCronExpression(trigger.cron)
    else if (trigger.expression) compileExpression(trigger.expression)
  }
  for (const { if: expression } of cancel) if (expression) compileExpression(expression)
  for (const limit of [concurrency ?? []].flat()) {
    if (typeof limit === 'object' && limit.key) compileExpression(limit.key)
  }
  if (throttle?.key) compileExpression(throttle.key)
  if (throttle && parseDurationText(throttle.period) === undefined) throw new Error('the period is not a duration')
  if ([concurrency ?? []].flat().length > 2) throw new Error('more than the allowed max of: 2')
  const retries = Object.values(config.steps)[0]?.retries?.attempts ?? defaultRetries
  return {
    id: deterministicUuid(`${appName}/${config.id}`),
    slug: config.id,
    appName,
    name: config.name ?? config.id,
    config,
    maxAttempts: Math.min(Math.max(retries, 0), maxRetries) + 1,
  }
}
