import type { App, Provider } from '../app/app.ts'

/** What of a plan does not run on the Node that is here. */
export function nodeWarnings({ framework, nodeVersion }: App, provider: Provider): string[] {
  const [major = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number)
  if (provider !== 'inngest' || framework !== 'node' || major >= 22) return []
  return [
    `\`jobs-worker\` connects to Inngest, which needs Node 22 or later, and this is ${nodeVersion}. On this one Inngest ` +
      'can call a server: `--framework hono` or `--framework express`.',
  ]
}
