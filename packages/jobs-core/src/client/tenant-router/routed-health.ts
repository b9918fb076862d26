import type { Health } from '../../provider/health.ts'
import { toErrorInfo } from '../../errors/error-info.ts'
import type { RoutedEngine } from './tenant-routes.ts'

/** Checks all engines. The name of each check begins with its engine's. */
export async function routedHealth(engines: readonly RoutedEngine[]): Promise<Health> {
  const results = await Promise.all(
    engines.map(async ({ name, client }) => {
      try {
        const { ok, checks } = await client.healthCheck()
        return { ok, checks: checks.map((check) => ({ ...check, name: `${name}: ${check.name}` })) }
      } catch (error) {
        return { ok: false, checks: [{ name: `${name}: client`, ok: false, message: toErrorInfo(error).message }] }
      }
    }),
  )
  const checks = results.flatMap((result) => result.checks)
  return { ok: results.every(({ ok }) => ok), provider: routerName, checks }
}

/** The name of a router where others have the name of a provider. */
export const routerName = 'tenant-router'
