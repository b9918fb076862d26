import { FlushedRunMetadata, parsePacket } from '@trigger.dev/core/v3'

import type { Engine } from './engine.ts'
import { applyMetadataOperations } from './metadata-operations.ts'
import { touch } from './replica.ts'
import type { Packet, Run } from './run.ts'
import { ServiceError } from './service-error.ts'

/** Maximum size. Larger metadata is rejected, and silently dropped at the end of an attempt. */
const maxMetadataBytes = 256 * 1024

const updatableMs = 10 * 60_000

/** Returns the metadata of a new run. */
export function metadataPacket(metadata: unknown, dataType = 'application/json'): Packet {
  if (!metadata) return { dataType }
  const data = dataType === 'application/json' ? JSON.stringify(metadata) : (metadata as string)
  if (Buffer.byteLength(data) > maxMetadataBytes) {
    throw new ServiceError(`Metadata exceeds maximum size of ${maxMetadataBytes} bytes`, 413)
  }
  return { data, dataType }
}

/** Changes the metadata of a run, and that of its parent and its root if requested. */
export async function updateMetadata(
  engine: Engine,
  run: Run,
  body: FlushedRunMetadata,
): Promise<Record<string, unknown>> {
  if (run.completedAt && run.completedAt.getTime() < engine.now().getTime() - updatableMs) {
    throw new ServiceError('Cannot update metadata for a completed run')
  }
  const { runs } = engine
  const relatives = [
    { operations: body.parentOperations, target: runs.find(run.parentId ?? '') ?? run },
    { operations: body.rootOperations, target: runs.find(run.rootId ?? '') ?? run },
  ]
  for (const { operations, target } of relatives) if (operations?.length) await apply(engine, target, operations)
  if (body.operations) return apply(engine, run, body.operations)
  if (body.metadata) {
    run.metadata = metadataPacket(body.metadata)
    touch(engine, run)
  }
  return readMetadata(run)
}

/** Applies the metadata that a worker sends with the end of an attempt. Silently drops it if it is too large. */
export async function applyFlushedMetadata(engine: Engine, run: Run, flushed: Packet | undefined): Promise<void> {
  const parsed = flushed?.data === undefined ? undefined : FlushedRunMetadata.safeParse(await parsePacket(flushed))
  if (!parsed?.success) return
  await updateMetadata(engine, run, parsed.data).catch(() => undefined)
}

async function apply(
  engine: Engine,
  run: Run,
  operations: NonNullable<FlushedRunMetadata['operations']>,
): Promise<Record<string, unknown>> {
  const metadata = applyMetadataOperations(await readMetadata(run), operations)
  run.metadata = metadataPacket(metadata)
  touch(engine, run)
  return metadata
}

async function readMetadata(run: Run): Promise<Record<string, unknown>> {
  return run.metadata.data === undefined ? {} : ((await parsePacket(run.metadata)) as Record<string, unknown>)
}
