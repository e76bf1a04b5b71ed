// The special rooms of records, and the operations they offer themselves, so that the generic page does not
// show them a second time.
import { defineAsyncComponent, type Component } from 'vue'

export const ROOMS: Record<string, Component> = {
  claim: defineAsyncComponent(() => import('../rooms/ClaimRoom.vue')),
  policy: defineAsyncComponent(() => import('../rooms/PolicyRoom.vue')),
  transfer_batch: defineAsyncComponent(() => import('../rooms/BatchRoom.vue')),
  public_notice: defineAsyncComponent(() => import('../rooms/NoticeRoom.vue')),
  month_correction: defineAsyncComponent(() => import('../rooms/CorrectionRoom.vue')),
  adjustment: defineAsyncComponent(() => import('../rooms/AdjustmentRoom.vue')),
  budget: defineAsyncComponent(() => import('../rooms/BudgetRoom.vue')),
  person: defineAsyncComponent(() => import('../rooms/MoneyRoom.vue')),
  employer: defineAsyncComponent(() => import('../rooms/MoneyRoom.vue')),
  payment_batch: defineAsyncComponent(() => import('../rooms/PaymentRoom.vue')),
}

export const ROOM_ACTIONS: Record<string, string[]> = {
  policy: ['evaluate'],
  transfer_batch: ['passengers', 'vehicles', 'seats', 'leaders', 'board', 'arrivals', 'hand_over'],
  match_run: ['offers'],
  payment_batch: ['reissue', 'account-changes'],
}
