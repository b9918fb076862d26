/** A new app, before `init`. */
export interface AppSource {
  readonly manifest: Readonly<Record<string, unknown>>
  /** Its other files: contents by path. */
  readonly files: Readonly<Record<string, string>>
}

const strict = { strict: true, skipLibCheck: true, noEmit: true, types: ['node'] }

const page = `export default function Page() {
  return <main>Hello</main>
}
`
const layout = (type: string): string => `export default function Layout({ children }${type}) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
`

/** The output of `create-next-app`, in TypeScript. */
export const nextApp: AppSource = {
  manifest: {
    name: 'next-app',
    private: true,
    scripts: { dev: 'next dev', build: 'next build', start: 'next start' },
    dependencies: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    devDependencies: { typescript: '^5', '@types/node': '^20', '@types/react': '^19', '@types/react-dom': '^19' },
  },
  files: {
    'app/page.tsx': page,
    'app/layout.tsx': layout(': { children: React.ReactNode }'),
    'next-env.d.ts': '/// <reference types="next" />\n',
    'tsconfig.json': `{
  // The options of create-next-app.
  "compilerOptions": {
    "target": "ES2017",
    "lib": ["dom", "dom.iterable", "esnext"],
    "allowJs": true,
    "skipLibCheck": true,
    "strict": true,
    "noEmit": true,
    "esModuleInterop": true,
    "module": "esnext",
    "moduleResolution": "bundler",
    "resolveJsonModule": true,
    "isolatedModules": true,
    "jsx": "react-jsx",
    "incremental": true,
    "plugins": [{ "name": "next" }],
    "paths": { "@/*": ["./*"] }
  },
  "include": ["next-env.d.ts", "**/*.ts", "**/*.tsx", ".next/types/**/*.ts", ".next/dev/types/**/*.ts", "**/*.mts"],
  "exclude": ["node_modules"]
}
`,
    '.gitignore': '/node_modules\n/.next/\n.env*\n',
  },
}

/** A Next.js app in JavaScript, with its sources in `src`. */
export const nextAppInJavaScript: AppSource = {
  manifest: { ...nextApp.manifest, devDependencies: {} },
  files: {
    'src/app/page.js': page,
    'src/app/layout.js': layout(''),
    'jsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }\n',
  },
}

/** An Express app in TypeScript, compiled by `tsc`, and run by `tsx` during development. */
export const expressApp: AppSource = {
  manifest: {
    name: 'express-app',
    type: 'module',
    scripts: { dev: 'tsx watch src/server.ts' },
    dependencies: { express: '^5.3.0' },
    devDependencies: { '@types/express': '^5.0.6', '@types/node': '^24', tsx: '^4.23.15', typescript: '^7' },
  },
  files: {
    'src/server.ts': `import express from 'express'

express().get('/', (_request, response) => response.send('Hello'))
`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        ...strict,
        module: 'nodenext',
        noEmit: false,
        declaration: true,
        outDir: 'dist',
        rootDir: 'src',
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
      },
    }),
    '.gitignore': 'node_modules\ndist\n',
  },
}

/** An Express app in JavaScript, with CommonJS modules. */
export const expressAppInJavaScript: AppSource = {
  manifest: { name: 'old-express-app', main: 'server.js', dependencies: { express: '^5.3.0' } },
  files: { 'server.js': `require('express')().get('/', (_request, response) => response.send('Hello'))\n` },
}

/** The output of `create-hono` for Node. */
export const honoApp: AppSource = {
  manifest: {
    name: 'hono-app',
    type: 'module',
    scripts: { dev: 'tsx watch src/index.ts', build: 'tsc', start: 'node dist/index.js' },
    dependencies: { '@hono/node-server': '^2.1.9', hono: '^4.13.19' },
    devDependencies: { '@types/node': '^24', tsx: '^4.23.15', typescript: '^7' },
  },
  files: {
    'src/index.ts': `import { Hono } from 'hono'

export const app = new Hono().get('/', (context) => context.text('Hello'))
`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ESNext',
        module: 'NodeNext',
        strict: true,
        verbatimModuleSyntax: true,
        skipLibCheck: true,
        types: ['node'],
        jsx: 'react-jsx',
        jsxImportSource: 'hono/jsx',
        rootDir: './src',
        outDir: './dist',
      },
      exclude: ['node_modules'],
    }),
  },
}

/** A program in TypeScript that Node runs without a build. */
export const nodeApp: AppSource = {
  manifest: { name: 'node-app', type: 'module', devDependencies: { '@types/node': '^24', typescript: '^7' } },
  files: {
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        ...strict,
        module: 'nodenext',
        verbatimModuleSyntax: true,
        erasableSyntaxOnly: true,
        rewriteRelativeImportExtensions: true,
      },
    }),
  },
}

/** A program in TypeScript, in a package without a `type`. */
export const commonJsNodeApp: AppSource = {
  manifest: { name: 'old-node-app', devDependencies: { '@types/node': '^24', typescript: '^7' } },
  files: {
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...strict, module: 'nodenext', verbatimModuleSyntax: false },
    }),
  },
}

/** The output of `npm init -y`. */
export const nodeAppInJavaScript: AppSource = { manifest: { name: 'plain-app', version: '1.0.0' }, files: {} }
