// A phone's width: lists become cards.
import { ref } from 'vue'

const query = matchMedia('(max-width: 640px)')
export const isNarrow = ref(query.matches)
query.addEventListener('change', () => (isNarrow.value = query.matches))
