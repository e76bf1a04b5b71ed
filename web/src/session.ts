import { computed, ref } from 'vue'
import { ApiError, get, post, remove, setCsrf } from './api'
import type { Lang } from './i18n'
import { setClock } from './lib/format'

export interface User {
  id: string
  name: string
  login: string
  org_id: string
  org_name: string
  org_kind: string
  side?: 'HOME' | 'WORK' | null // of the pairings
  division?: number | string | null
  division_name?: string
}
export interface Session {
  user: User
  perms: string[]
  csrf: string
  must_change_password?: boolean
  lang?: Lang
  now?: number
  is_demonstration?: boolean
}

export const session = ref<Session | null>(null)
export const user = computed(() => session.value?.user)

export function can(perm: string): boolean {
  return session.value?.perms.includes(perm) ?? false
}
export const canAny = (...perms: string[]): boolean => perms.some(can)

function take(s: Session): void {
  session.value = s
  setCsrf(s.csrf)
  if (s.now) setClock(s.now)
}

// The session of the cookie; null when there is none.
export async function loadSession(): Promise<Session | null> {
  try {
    take(await get<Session>('/session', undefined, { quiet: true }))
  } catch (e) {
    if (!(e instanceof ApiError) || e.status !== 401) throw e
    session.value = null
  }
  return session.value
}

export async function signIn(login: string, password: string): Promise<Session> {
  const s = await post<Session>('/session', { login, password }, { quiet: true })
  take(s)
  return s
}

export async function signOut(): Promise<void> {
  try {
    await remove('/session')
  } finally {
    session.value = null
  }
}

