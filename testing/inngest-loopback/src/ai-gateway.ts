import type { OpOptions } from './app-response.ts'

/** The result of a request to a model. */
export type AiResponse = { readonly data: unknown } | { readonly error: object }

/** Sends the request of `step.ai.infer` (handleGeneratorAIGateway). */
export async function requestModel(options: OpOptions): Promise<AiResponse> {
  const { url = '', headers = {}, auth_key: key, format = '', body } = options
  const authorization = format.startsWith('openai') ? { authorization: `Bearer ${key}` } : {}
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...authorization },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (response.ok) return { data: JSON.parse(text) }
    return { error: toError(`unsuccessful status code: ${response.status}`, text) }
  } catch (error) {
    return { error: toError(String(error), '{"error":"Error making AI request"}') }
  }
}

function toError(problem: string, body: string): object {
  return { name: 'AIGatewayError', message: `Error making AI request: ${problem}`, stack: body }
}
