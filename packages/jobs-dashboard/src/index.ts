/**
 * A dashboard for jobs on any engine.
 *
 * @module jobs-dashboard
 */

export type { DashboardAccess, DashboardPermissions } from './access/dashboard-access.ts'
export type { AuditEntry, DashboardAction } from './audit.ts'
export { createDashboard } from './create-dashboard.ts'
export type { DashboardOptions } from './dashboard-options.ts'
