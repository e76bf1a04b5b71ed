// The year and pairing that figures are asked for, shared by targets and bulletin.
import { ref, watch } from 'vue'
import { get } from '../api'
import { recordOf, type Page, type Row } from '../meta'
import { ahead, today } from './format'

export const year = ref(Number(today().slice(0, 4)))
export const month = ref(Number(today().slice(5, 7)))
watch(ahead, () => {
  year.value = Number(today().slice(0, 4))
  month.value = Number(today().slice(5, 7))
})
export const pairing = ref<string | undefined>()
export const pairings = ref<Row[]>([])

export async function loadPairings(): Promise<void> {
  const record = recordOf('pairing')
  if (!record || pairings.value.length) return
  pairings.value = (await get<Page>(record.path, { limit: 100 })).items
  pairing.value ??= pairings.value[0]?.id
}
