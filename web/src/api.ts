// The one way to the server: /api/v1, cookie session, CSRF and idempotency headers, errors as values of ApiError.
import { lang } from './i18n'

export const BASE = '/api/v1'

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field?: string,
    readonly hint?: string,
    readonly body?: Record<string, unknown>,
  ) {
    super(message)
  }
}

let csrf = ''
export function setCsrf(token: string): void {
  csrf = token
}

// Called when the session has ended, so that the shell can ask for a sign-in.
let onSignedOut: () => void = () => {}
export function whenSignedOut(fn: () => void): void {
  onSignedOut = fn
}
// Called when an operation wants the password again; resolves true when given.
let onReauth: () => Promise<boolean> = async () => false
export function whenReauth(fn: () => Promise<boolean>): void {
  onReauth = fn
}

export type Query = Record<string, string | number | boolean | string[] | null | undefined>

export function queryText(query?: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)) continue
    params.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

// crypto.randomUUID exists only in secure contexts; offices may reach the server by plain http inside.
export function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const b = crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6]! & 0x0f) | 0x40
  b[8] = (b[8]! & 0x3f) | 0x80
  const h = [...b].map((x) => x.toString(16).padStart(2, '0')).join('')
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
}

export interface CallOptions {
  query?: Query
  body?: unknown
  version?: string | number
  key?: string // idempotency key; keep it when the same request is repeated
  signal?: AbortSignal
  quiet?: boolean // a 401 is an answer, not the end of the session
}

function headersFor(method: string, o: CallOptions): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang.value }
  if (method !== 'GET') {
    headers['X-CSRF-Token'] = csrf
    headers['Idempotency-Key'] = o.key ?? uuid()
  }
  if (o.body !== undefined) headers['Content-Type'] = 'application/json'
  if (o.version !== undefined) headers['If-Match'] = String(o.version)
  return headers
}

export async function readError(response: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {}
  try {
    body = (await response.json()) as Record<string, unknown>
  } catch {
    // A proxy's page: the status says enough.
  }
  const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : undefined)
  return new ApiError(response.status, text('code') ?? `http.${response.status}`, text('message') ?? '', text('field'), text('hint'), body)
}

async function send(method: string, path: string, o: CallOptions): Promise<Response> {
  try {
    return await fetch(BASE + path + queryText(o.query), {
      method,
      headers: headersFor(method, o),
      body: o.body === undefined ? undefined : JSON.stringify(o.body),
      credentials: 'same-origin',
      signal: o.signal,
    })
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw new ApiError(0, 'network', '')
  }
}

export async function call<T>(method: string, path: string, o: CallOptions = {}): Promise<T> {
  const key = o.key ?? uuid()
  let response = await send(method, path, { ...o, key })
  if (!response.ok) {
    let error = await readError(response)
    if (error.code === 'auth.reauth' && (await onReauth())) {
      response = await send(method, path, { ...o, key: uuid() })
      if (response.ok) return (await json<T>(response))
      error = await readError(response)
    }
    if (error.status === 401 && !o.quiet && error.code !== 'auth.reauth') onSignedOut()
    throw error
  }
  return json<T>(response)
}

async function json<T>(response: Response): Promise<T> {
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

export const get = <T>(path: string, query?: Query, o: CallOptions = {}) => call<T>('GET', path, { ...o, query })
// A page that is no JSON (the words of a public notice).
export async function getText(path: string): Promise<string> {
  const response = await send('GET', path, {})
  if (!response.ok) throw await readError(response)
  return response.text()
}
export const post = <T>(path: string, body: unknown = {}, o: CallOptions = {}) => call<T>('POST', path, { ...o, body })
export const patch = <T>(path: string, body: unknown, version: string | number) => call<T>('PATCH', path, { body, version })
export const remove = <T>(path: string) => call<T>('DELETE', path)

// A file goes up as it is, with progress (fetch cannot tell it).
export function upload<T>(path: string, file: File, query: Query, onProgress: (part: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest()
    x.open('PUT', BASE + path + queryText(query))
    x.setRequestHeader('X-CSRF-Token', csrf)
    x.setRequestHeader('Idempotency-Key', uuid())
    x.setRequestHeader('X-File-Name', encodeURIComponent(file.name))
    x.setRequestHeader('Accept-Language', lang.value)
    x.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total)
    x.onerror = () => reject(new ApiError(0, 'network', ''))
    x.onload = () => {
      let body: Record<string, unknown> = {}
      try {
        body = JSON.parse(x.responseText) as Record<string, unknown>
      } catch {
        // reported below by status
      }
      if (x.status >= 200 && x.status < 300) resolve(body as T)
      else
        reject(new ApiError(x.status, String(body.code ?? `http.${x.status}`), String(body.message ?? ''),
          body.field as string | undefined, body.hint as string | undefined, body))
    }
    x.send(file)
  })
}

// Fetch a file and hand it to the browser under the name the server gives it.
export async function download(path: string, query: Query, fallbackName: string): Promise<void> {
  let response = await send('GET', path, { query })
  if (!response.ok) {
    const error = await readError(response)
    if (error.code !== 'auth.reauth' || !(await onReauth())) throw error
    response = await send('GET', path, { query })
    if (!response.ok) throw await readError(response)
  }
  const disposition = response.headers.get('Content-Disposition') ?? ''
  const star = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1]
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1]
  const url = URL.createObjectURL(await response.blob())
  const a = document.createElement('a')
  a.href = url
  a.download = star ? decodeURIComponent(star) : (plain ?? fallbackName)
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
