import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { App, LoopbackFunction } from './app.ts'
import type { AppStore } from './app-store.ts'
import type { FunctionConfig } from './function-config.ts'
import type { HttpReply } from './http-messages.ts'
import { toPublicFunctionId } from './public-function-id.ts'
import type { Route } from './routes.ts'
import { toTimestamp } from './timestamps.ts'
import { BadQueryError, readLimit, withBadQueryErrors, v2Error, v2Reply } from './v2-replies.ts'

const maxPageSize = 100
const defaultRetries = 4
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Creates the routes for apps and functions in REST v2 (pkg/api/v2/endpoints_app.go and endpoints_function.go). */
export function createRestV2Apps(options: { readonly clock: Clock; readonly apps: AppStore }): Route[] {
  const { clock, apps } = options

  const list = <T extends { readonly id: string }>(
    all: readonly T[],
    query: URLSearchParams,
    view: (item: T) => object,
  ) =>
    withBadQueryErrors(() => {
      const limit = readLimit(query, maxPageSize)
      const cursor = query.get('cursor') ?? ''
      if (cursor && !uuid.test(cursor)) throw new BadQueryError('Cursor is invalid')
      const rest = all.toSorted((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => id > cursor)
      const page = rest.slice(0, limit)
      const next = rest.length > limit ? page.at(-1)?.id : undefined
      return v2Reply(clock.now(), page.map(view), { limit, cursor: next })
    })

  return [
    { method: 'GET', pattern: '/v2/health', handle: () => v2Reply(clock.now(), { status: 'ok' }) },
    { method: 'GET', pattern: '/v2/apps', handle: ({ query }) => list(apps.list(), query, toApp) },
    {
      method: 'GET',
      pattern: '/v2/apps/{app}',
      handle({ params: { app = '' } }): HttpReply {
        const found = apps.find(app)
        return found ? v2Reply(clock.now(), toApp(found)) : v2Error(404, 'not_found', 'App not found')
      },
    },
    {
      method: 'GET',
      pattern: '/v2/apps/{app}/functions',
      // An unknown app has no functions. This is not an error.
      handle: ({ params: { app = '' }, query }) =>
        list([...(apps.find(app)?.functions.values() ?? [])], query, toFunction),
    },
    {
      method: 'GET',
      pattern: '/v2/apps/{app}/functions/{fn}',
      handle({ params: { app = '', fn = '' } }): HttpReply {
        const functions = [...(apps.find(app)?.functions.values() ?? [])]
        const found =
          functions.find((each) => toPublicFunctionId(each) === fn) ?? functions.find(({ slug }) => slug === fn)
        return found ? v2Reply(clock.now(), toFunction(found)) : v2Error(404, 'not_found', 'Function not found')
      },
    },
  ]
}

function toApp(app: App): object {
  const [language = '', version = ''] = app.sdk.split(':')
  return {
    ...(app.appVersion && { appVersion: app.appVersion }),
    createdAt: toTimestamp(Math.floor(app.createdAtMs / 1000) * 1000),
    ...(app.functions.size > 0 && { functionCount: app.functions.size }),
    id: app.name,
    latestSync: {
      ...(app.framework && { framework: app.framework }),
      sdkLanguage: language,
      sdkVersion: version,
      url: app.url,
    },
    method: app.method,
    name: app.name,
  }
}

function toFunction(fn: LoopbackFunction): object {
  const retries = fn.maxAttempts - 1
  const isDefault = Object.values(fn.config.steps)[0]?.retries?.attempts === undefined
  return {
    app: { id: fn.appName },
    configuration: {
      ...(fn.config.cancel && { cancellations: fn.config.cancel.map(toCancellation) }),
      concurrency: toConcurrency(fn),
      retries: { isDefault: isDefault && retries === defaultRetries, ...(retries > 0 && { value: retries }) },
    },
    id: toPublicFunctionId(fn),
    name: fn.name,
    slug: toPublicFunctionId(fn),
    triggers: fn.config.triggers.map((trigger) =>
      'cron' in trigger
        ? { type: 'CRON', value: trigger.cron }
        : { ...(trigger.expression && { if: trigger.expression }), type: 'EVENT', value: trigger.event },
    ),
  }
}

function toCancellation({ event, if: condition, timeout }: NonNullable<FunctionConfig['cancel']>[number]): object {
  return { ...(condition && { condition }), event, ...(timeout && { timeout }) }
}

function toConcurrency({ config: { concurrency } }: LoopbackFunction): object[] {
  const words = { fn: 'FUNCTION', env: 'ENVIRONMENT', account: 'ACCOUNT' }
  const limits = typeof concurrency === 'number' ? [{ limit: concurrency }] : [concurrency ?? []].flat()
  if (limits.length === 0) return [{ limit: { isPlanLimit: true, value: -1 }, scope: 'ACCOUNT' }]
  return limits.map(
    ({ limit, key, scope = 'fn' }: { limit: number; key?: string; scope?: 'fn' | 'env' | 'account' }) => ({
      ...(key && { key }),
      limit: { isPlanLimit: false, value: limit },
      scope: words[scope],
    }),
  )
}
