import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Writes all built files into one module, so that the server needs no file system: see `src/assets.d.ts`. */
function embedAssets(): Plugin {
  const unfinished = `assets-${process.pid}.js`
  return {
    name: 'embed-assets',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files: Record<string, { type: string; gzip: string }> = {}
        let script = ''
        let styles: string[] = []
        for (const [name, file] of Object.entries(bundle)) {
          const extension = name.slice(name.lastIndexOf('.') + 1)
          const type = types[extension]
          if (type === undefined) throw new Error(`The dashboard serves no files like \`${name}\`.`)
          const content = file.type === 'chunk' ? file.code : file.source
          if (file.type === 'chunk' && file.isEntry) {
            script = name
            styles = [...(file.viteMetadata?.importedCss ?? [])]
          }
          files[name] = { type, gzip: gzipSync(content, { level: 9 }).toString('base64') }
          delete bundle[name]
        }
        const source = Object.entries({ script, styles, files })
          .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
          .join('')
        this.emitFile({ type: 'asset', fileName: unfinished, source })
      },
    },
    // At once, because the tests of several packages build and load the file at the same time.
    writeBundle({ dir }) {
      renameSync(join(dir!, unfinished), join(dir!, 'assets.js'))
    },
  }
}

export default defineConfig({
  base: './',
  resolve: { conditions: ['@cgk-platform/source', 'browser', 'module', 'production'] }, // of this repository, not built
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    emptyOutDir: false, // the only file is replaced
    assetsInlineLimit: 0, // the Content-Security-Policy allows files, not inline content
    rolldownOptions: {
      input: new URL('src/main.tsx', import.meta.url).pathname,
      // The code of the first page is one file, because that compresses better than several.
      output: { codeSplitting: { groups: [{ name: 'main', tags: ['$initial'] }] } },
    },
  },
  plugins: [embedAssets()],
})
