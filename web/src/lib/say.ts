// Errors and good news, said in the reader's language.
import { ApiError } from '../api'
import { t, tMaybe } from '../i18n'

export function errorText(e: unknown): string {
  if (e instanceof ApiError) {
    if (e.message) return e.hint ? `${e.message}${t('error.then')}${e.hint}` : e.message
    if (e.code === 'network') return t('error.network')
    return tMaybe(`error.${e.status}`) ?? t('error.other', { code: e.code })
  }
  return t('error.page')
}

export function sayError(e: unknown): void {
  if (e instanceof DOMException && e.name === 'AbortError') return
  if (!(e instanceof ApiError)) console.error(e)
  ElMessage({ type: 'error', message: errorText(e), duration: 6000, showClose: true, grouping: true })
}
export function sayDone(message: string): void {
  ElMessage({ type: 'success', message, duration: 2500, grouping: true })
}

// A question with a mandatory reason; null when cancelled.
export async function askReason(title: string, hint: string): Promise<string | null> {
  try {
    const answer = await ElMessageBox.prompt(hint, title, {
      inputType: 'textarea',
      inputPlaceholder: t('reason.placeholder'),
      inputValidator: (v: string) => (v ?? '').trim().length >= 2 || t('reason.tooShort'),
      confirmButtonText: t('do.confirm'),
      cancelButtonText: t('do.cancel'),
    })
    return answer.value.trim()
  } catch {
    return null
  }
}
export async function confirmed(title: string, message: string, danger = false): Promise<boolean> {
  try {
    await ElMessageBox.confirm(message, title, {
      type: danger ? 'warning' : undefined,
      confirmButtonText: t('do.confirm'),
      cancelButtonText: t('do.cancel'),
    })
    return true
  } catch {
    return false
  }
}

// A reply that carries a password shows it this one time.
export function sayOnce(reply: unknown): void {
  const password = (reply as { initial_password?: unknown } | undefined)?.initial_password
  if (typeof password !== 'string') return
  void ElMessageBox.alert(password, t('once.title'), { confirmButtonText: t('do.close'), customClass: 'once' }).catch(() => {})
}
