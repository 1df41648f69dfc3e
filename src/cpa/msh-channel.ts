import type { DeliveryChannel, PartyInfo } from './model.ts';

/**
 * The channel of a party for messages of the MSH itself: the override for this action, else the default channel, else
 * the first that there is (an Acknowledgment that cannot be delivered would help nobody). @spec CPPA 2.0 §8.4.1
 */
export function mshChannelOf(party: PartyInfo, action: string): DeliveryChannel | undefined {
  const override = party.overrides.find((candidate) => candidate.action === action);
  const { channels, defaultMshChannelId } = party;
  return (
    (override && channels.get(override.channelId)) ??
    (defaultMshChannelId === undefined ? undefined : channels.get(defaultMshChannelId)) ??
    channels.values().next().value
  );
}
