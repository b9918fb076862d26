import type { PrismaPg } from '@prisma/adapter-pg'
import { getPrismaClient, type GetPrismaClientConfig, type ITXClientDenyList } from '@prisma/client/runtime/client'

/** The members of a generated client that raw statements need. */
export interface PrismaClient {
  $connect(): Promise<void>
  $disconnect(): Promise<void>
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>
  $transaction<R>(work: (transaction: Omit<PrismaClient, ITXClientDenyList>) => Promise<R>): Promise<R>
}

const compiler = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<unknown> } }

/** The config that `prisma generate` writes for a schema without models. To generate it, tests would need the CLI. */
const config: GetPrismaClientConfig = {
  previewFeatures: [],
  clientVersion: '7.10.0',
  engineVersion: '0edf323efd1d98336f3f0a68684b56f689b900d3',
  activeProvider: 'postgresql',
  inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n',
  runtimeDataModel: { models: {}, enums: {}, types: {} },
  parameterizationSchema: { strings: [], graph: 'AAAA' },
  compilerWasm: {
    getRuntime: async () => await import('@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs' as string),
    async getQueryCompilerWasmModule() {
      const { wasm } = await import(
        '@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs' as string
      )
      return compiler.WebAssembly.compile(Buffer.from(wasm as string, 'base64'))
    },
    importName: './query_compiler_fast_bg.js',
  },
}

/** Creates a client of Prisma. */
export function createPrismaClient(adapter: PrismaPg): PrismaClient {
  const Client = getPrismaClient(config) as unknown as new (options: { adapter: PrismaPg }) => PrismaClient
  return new Client({ adapter })
}
