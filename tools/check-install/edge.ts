import { builtinModules } from 'node:module'
import { EdgeVM } from '@edge-runtime/vm'
import { build, type Plugin } from 'esbuild'

/** The result of a program on an edge runtime. */
export interface EdgeResult {
  /** The return value of its `main`. */
  readonly returned: unknown
  /** The built-in modules of Node that the program imported. An edge runtime has none of them. */
  readonly nodeModules: readonly string[]
}

/** Bundles a program as hosts of edge functions do, and runs its `main` in a runtime without Node's modules. */
export async function runOnEdge(code: string, cwd: string, ...values: readonly unknown[]): Promise<EdgeResult> {
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
  const context = runtime.context as {
    nodeModules?: string[]
    program?: { main(...values: unknown[]): Promise<unknown> }
  }
  context.nodeModules = []
  // A top-level variable of a script is not a property of the global object.
  runtime.evaluate(`${outputFiles[0]!.text}\nglobalThis.program = program`)
  const returned = await context.program!.main(...values)
  return { returned, nodeModules: context.nodeModules }
}

/** Replaces each module of Node with one that records its evaluation and throws. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path }) => {
      const name = path.replace(/^node:/, '')
      return builtinModules.includes(name) ? { path: name, namespace: 'node' } : undefined
    })
    onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
      contents: `globalThis.nodeModules.push('node:${path}'); throw new Error('\`node:${path}\` is not available.')`,
      loader: 'js',
    }))
  },
}
