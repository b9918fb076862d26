import type { Command } from 'commander'

import { addClientFlags, type ClientFlags } from '../client/client-flags.ts'

interface Flags extends ClientFlags {
  readonly port?: string
  readonly readOnly?: boolean
  readonly tenant?: string
  readonly open?: boolean
}

/** Adds the command `dashboard`. */
export function registerDashboard(program: Command): void {
  const dashboard = program
    .command('dashboard')
    .description('serve the dashboard to this machine, at an address with a token, until Ctrl-C')
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)')
    .option('--read-only', 'without buttons that send, retry, cancel, pause and run')
    .option('--tenant <id>', 'only the jobs of this tenant')
    .option('--open', 'open the address in the browser')
  addClientFlags(dashboard).action(async (flags: Flags) => {
    const { runOperation } = await import('../operations/run-operation.ts')
    const { serveDashboard } = await import('./serve-dashboard.ts')
    await runOperation(flags, (context) => serveDashboard(flags, context), 'needs-jobs')
  })
}
