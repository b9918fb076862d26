import type { DashboardAccess } from '@cgk-platform/jobs-dashboard'

import { shop } from './shop.ts'

/** Lets a browser with the cookie `admin=<ADMIN_TOKEN>` see and retry the jobs of this shop. A real app reads its session. */
export function authorize({ headers }: Request): DashboardAccess | undefined {
  const token = process.env['ADMIN_TOKEN']
  const cookies = headers.get('cookie')?.split('; ') ?? []
  if (!token || !cookies.includes(`admin=${token}`)) return undefined
  return { user: 'admin', tenants: [shop.id], can: { retry: true } }
}
