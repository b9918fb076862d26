import { encodedTextOf, hasEncodedPayload, isEncoded, refuseEncodedTag, withoutTexts } from '../codec/encoded.ts'
import { requireCodec, type ValueCodec } from '../codec/value-codec.ts'
import { InvalidStepError } from '../errors/invalid-step-error.ts'
import { quote } from '../errors/quote.ts'
import { errorFrom } from '../errors/error-from.ts'
import { setStoredInfo, toErrorInfo } from '../errors/error-info.ts'
import { StepFailedError } from '../errors/step-failed-error.ts'
import { signalOf } from '../events/signal-event.ts'
import { toJson } from '../events/to-json.ts'
import type { StepContext } from '../jobs/steps.ts'
import type { StepCall } from '../steps/step-call.ts'
import type { StepRecord } from '../steps/workflow-record.ts'
import type { Json } from '../values/json.ts'

/** The result of a step. */
export type StepResult = Pick<StepRecord, 'output' | 'error'>

/** Decodes the result of a step; `undefined` if nothing in it is encoded. Rejects if it cannot. */
export function decodeStep(result: StepResult, codec: ValueCodec | undefined): Promise<StepResult> | undefined {
  const { output, error } = result
  const isErrorEncoded = error !== undefined && isErrorWithEncoded(error)
  return isErrorEncoded || isEncoded(output) || hasEncodedPayload(output) ? decodeResult(result, codec) : undefined
}

function isErrorWithEncoded(error: NonNullable<StepRecord['error']>): boolean {
  return encodedTextOf(error) !== undefined || (error.cause !== undefined && isErrorWithEncoded(error.cause))
}

async function decodeResult({ output, error }: StepResult, codec: ValueCodec | undefined): Promise<StepResult> {
  const decodedError = error && (await decodeInfo(error, codec))
  const decoded = output === undefined ? undefined : await decodeOutput(output, codec)
  return { ...(decoded !== undefined && { output: decoded }), ...(decodedError && { error: decodedError }) }
}

/** Decodes the texts of an error and of its causes. @throws {CodecError} */
async function decodeInfo<Info extends NonNullable<StepRecord['error']>>(
  error: Info,
  codec: ValueCodec | undefined,
): Promise<Info> {
  if (encodedTextOf(error) !== undefined) return (await requireCodec(codec).decodeError(error)) as Info
  return error.cause === undefined ? error : { ...error, cause: await decodeInfo(error.cause, codec) }
}

async function decodeOutput(output: Json, codec: ValueCodec | undefined): Promise<Json> {
  if (isEncoded(output)) return requireCodec(codec).decode(output)
  if (!hasEncodedPayload(output)) return output
  return { ...(output as { [key: string]: Json }), payload: await requireCodec(codec).decode(output.payload) }
}

/** Returns a step whose output and thrown errors the engine gets encoded. */
export function encodeCall(call: StepCall, codec: ValueCodec, tenantId: string): StepCall {
  if (!('work' in call)) return call
  const concealed = async <T>(code: () => T | Promise<T>): Promise<T> => {
    try {
      return await code()
    } catch (thrown) {
      const info = await codec.encodeError(toErrorInfo(thrown), tenantId)
      throw setStoredInfo(thrown, info) ? thrown : errorFrom(info)
    }
  }
  const { work } = call
  // The outputs of steps that send are ids.
  if (call.kind !== 'run') return { ...call, work: (context) => concealed(() => work(context)) }
  const { compensate } = call
  return {
    ...call,
    work: (context) => concealed(async () => encodeReturned(await work(context), codec, tenantId)),
    ...(compensate && {
      compensate: (output: Json | undefined, context: StepContext) =>
        concealed(async () =>
          compensate(output === undefined ? undefined : await decodeOutput(output, codec), context),
        ),
    }),
  }
}

async function encodeReturned(returned: unknown, codec: ValueCodec, tenantId: string): Promise<unknown> {
  if (returned === undefined) return undefined
  let json: Json
  try {
    refuseEncodedTag(returned, 'output')
    ;({ json } = toJson(returned, 'output'))
  } catch {
    return returned // refused where the output of every step is checked
  }
  return codec.encode(json, tenantId)
}

/** Errors of an app that are only stored without their texts, as the cause of another error. */
const concealedCauses = new WeakSet<object>()

/** Returns what code has thrown, so that `shownCause` leaves its texts out. */
export function concealCause(thrown: unknown): unknown {
  const error = typeof thrown === 'object' && thrown !== null ? thrown : errorFrom(toErrorInfo(thrown))
  concealedCauses.add(error)
  return error
}

/** Returns what code has thrown as the cause of an error that the engine stores beside the run. */
export function shownCause(thrown: unknown): unknown {
  const isConcealed = typeof thrown === 'object' && thrown !== null && concealedCauses.has(thrown)
  return isConcealed ? errorFrom(withoutTexts(toErrorInfo(thrown))) : thrown
}

/** Returns the error of a wait whose `match` names a field that engines do not see. */
export function findMatchError(call: StepCall, codec: ValueCodec, definitionId: string): InvalidStepError | undefined {
  if (call.kind !== 'waitForEvent') return undefined
  const isSignal = signalOf(call.event) !== undefined
  const field = Object.keys(call.match ?? {}).find((name) => !codec.isPlain(name) && !(isSignal && name === 'jobId'))
  if (field === undefined) return undefined
  const problem = `matches ${quote(field)}, which the \`codec\` of the client encodes`
  const remedy = `Add ${quote(field)} to the \`plainFields\` of the codec in all processes.`
  return new InvalidStepError({ definitionId, stepId: call.key, problem, remedy })
}

/** Decodes the results of the steps of one replay, in the order in which the engine returns them. */
export class StepDecoder {
  readonly #codec: ValueCodec | undefined
  readonly #onError: (error: unknown) => void
  #last: Promise<unknown> = Promise.resolve()

  /** @param onError - called with the error of a result that cannot be decoded. The step then never settles */
  constructor(codec: ValueCodec | undefined, onError: (error: unknown) => void) {
    this.#codec = codec
    this.#onError = onError
  }

  /** Decodes what a step results in, if the engine has not. */
  decode(performed: Promise<Json | undefined>): Promise<Json | undefined> {
    return new Promise((resolve, reject) => {
      performed.then(
        (output) => {
          const decoding = output === undefined ? undefined : decodeStep({ output }, this.#codec)
          if (decoding) this.#inOrder(decoding, (decoded) => resolve(decoded.output))
          else if (this.#codec) this.#inOrder(Promise.resolve({}), () => resolve(output))
          else resolve(output)
        },
        (thrown: unknown) => {
          const failed = StepFailedError.isInstance(thrown) ? thrown : undefined
          const decoding = failed && decodeStep({ error: toErrorInfo(failed.cause) }, this.#codec)
          if (!decoding && this.#codec) return this.#inOrder(Promise.resolve({}), () => reject(thrown))
          if (!decoding) return reject(thrown)
          const { stepId, attempts } = failed
          this.#inOrder(decoding, ({ error }) =>
            reject(new StepFailedError({ stepId, attempts, cause: errorFrom(error!) })),
          )
        },
      )
    })
  }

  #inOrder(decoding: Promise<StepResult>, then: (decoded: StepResult) => void): void {
    const before = this.#last
    this.#last = decoding.then(
      async (decoded) => {
        await before
        then(decoded)
      },
      (error: unknown) => this.#onError(error),
    )
  }
}
