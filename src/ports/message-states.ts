/** Public names, never renamed: what they mean is in `msh/states.ts`. */
export type Direction = 'in' | 'out';
export type InboundState = 'RECEIVED' | 'TAKEN';
export type OutboundState = 'QUEUED' | 'SENT' | 'DELIVERED' | 'FAILED' | 'EXPIRED' | 'CANCELLED';
export type MessageState = InboundState | OutboundState;

export type EventType =
  | 'message.received'
  | 'message.held'
  | 'message.taken'
  | 'message.delivered'
  | 'message.failed'
  | 'message.expired'
  | 'message.cancelled'
  | 'message.late-signal'
  | 'message.resent'
  | 'handover.failed'
  | 'handover.recovered'
  | 'handover.dead-lettered'
  | 'alert.duplicate-conflict'
  | 'alert.signal-refused'
  | 'alert.message-refused'
  | 'alert.partner-error'
  | 'alert.revocation-unknown'
  | 'cpa.activated'
  | 'cpa.deactivated';
