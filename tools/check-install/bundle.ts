import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as buildWithEsbuild, type BuildOptions } from 'esbuild'
import { type Plugin, rollup } from 'rollup'
import { build as buildWithVite, createLogger } from 'vite'
import webpack from 'webpack'

/** Bundles a program and all its packages for Node as `program.js` in a folder. Returns the warnings. */
export type Bundle = (program: string, folder: string) => Promise<readonly string[]>

/** The tested bundlers, each with the settings of its guide for an ESM program on Node. */
export const bundlers: Readonly<Record<string, Bundle>> = {
  esbuild: (program, folder) => esbuild(program, folder, { splitting: true }),

  'esbuild, one file': (program, folder) => esbuild(program, folder, {}),

  async webpack(program, folder) {
    const compiler = webpack({
      mode: 'production',
      target: 'node20',
      context: join(program, '..'),
      entry: { program },
      experiments: { outputModule: true },
      output: { path: folder, filename: '[name].js', module: true, chunkFormat: 'module', library: { type: 'module' } },
    })
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      compiler.run((error, result) => (error ? reject(error) : resolve(result!)))
    })
    await new Promise((resolve) => compiler.close(resolve))
    const { errors = [], warnings = [] } = stats.toJson({ errors: true, warnings: true })
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
    writeManifest(folder)
    return warnings.map(({ moduleIdentifier, message }) => `${moduleIdentifier ?? ''}: ${message}`)
  },

  async rollup(program, folder) {
    const warnings: string[] = []
    const bundle = await rollup({
      input: { program },
      plugins: [nodeResolve({ exportConditions: ['node'], preferBuiltins: true }), toPlugin(commonjs), toPlugin(json)],
      onwarn: ({ id, message }) => void warnings.push(`${id ?? ''}: ${message}`),
    })
    await bundle.write({ dir: folder, format: 'es', entryFileNames: '[name].js' })
    await bundle.close()
    writeManifest(folder)
    return warnings
  },

  async 'Vite, SSR'(program, folder) {
    const warnings: string[] = []
    const note = (text: string): void => void warnings.push(text)
    await buildWithVite({
      configFile: false,
      root: join(program, '..'),
      logLevel: 'warn',
      customLogger: { ...createLogger('silent'), warn: note, warnOnce: note },
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: program,
        outDir: folder,
        emptyOutDir: true,
        rolldownOptions: { output: { entryFileNames: 'program.js' } },
      },
    })
    writeManifest(folder)
    return warnings
  },
}

async function esbuild(program: string, folder: string, options: BuildOptions): Promise<readonly string[]> {
  const { warnings } = await buildWithEsbuild({
    ...options,
    entryPoints: { program },
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: requireBanner },
    logLevel: 'silent',
    absWorkingDir: join(program, '..'),
  })
  writeManifest(folder)
  return warnings.map(({ text, location }) => `${location?.file ?? ''}: ${text}`)
}

/** Defines `require` for CommonJS modules in an ESM bundle, as esbuild's documentation recommends. */
const requireBanner =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);"

/** Corrects the types of two plugins, which are declared as CommonJS but are ESM. */
function toPlugin(create: unknown): Plugin {
  return (create as () => Plugin)()
}

function writeManifest(folder: string): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
}
