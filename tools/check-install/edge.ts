import { builtinModules } from 'node:module'
import { EdgeVM } from '@edge-runtime/vm'
import { build, type Plugin } from 'esbuild'

/** What became of a program on an edge runtime. */
export interface OnEdge {
  /** What its `main` answered. */
  readonly answer: unknown
  /** The built-in modules of Node that were evaluated, which there are none of. */
  readonly asked: readonly string[]
}

/** Bundles a program as hosts of edge functions do, and runs its `main` in a runtime that has no module of Node. */
export async function runOnEdge(code: string, cwd: string, ...values: readonly unknown[]): Promise<OnEdge> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: cwd, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'program',
    platform: 'browser',
    conditions: ['edge-light', 'workerd', 'worker'],
    mainFields: ['browser', 'module', 'main'],
    plugins: [withoutNode],
    logLevel: 'silent',
  })
  const runtime = new EdgeVM()
  const context = runtime.context as { asked?: string[]; program?: { main(...values: unknown[]): Promise<unknown> } }
  context.asked = []
  // A script's own variable is none of the global object.
  runtime.evaluate(`${outputFiles[0]!.text}\nglobalThis.program = program`)
  const answer = await context.program!.main(...values)
  return { answer, asked: context.asked }
}

/** Puts a module that fails in the place of each of Node's, and notes that it was evaluated. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path }) => {
      const name = path.replace(/^node:/, '')
      return builtinModules.includes(name) ? { path: name, namespace: 'node' } : undefined
    })
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
      contents: `globalThis.asked.push('node:${path}'); throw new Error('There is no \`node:${path}\` here.')`,
      loader: 'js',
    }))
  },
}
