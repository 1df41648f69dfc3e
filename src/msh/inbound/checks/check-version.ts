import { GatewayError } from '../../../errors.ts';
import type { EbmsMessage } from '../../../ebms/message.ts';

const VERSION = '2.0';

/** Every ebMS element is of version 2.0. @spec ebMS2 §2.3.8 */
export function checkVersion({ message }: { readonly message: EbmsMessage }): void {
  for (const [location, version] of versionsOf(message)) {
    if (version !== undefined && version !== VERSION)
      throw new GatewayError('HEADER_VALUE', { location: `${location}/@version` });
  }
}

function versionsOf(message: EbmsMessage): readonly (readonly [string, string | undefined])[] {
  const common = [
    ['//Header/MessageHeader', message.header.version],
    ['//Header/SyncReply', message.syncReply?.version],
    ['//Header/MessageOrder', message.messageOrder?.version],
  ] as const;
  switch (message.kind) {
    case 'ApplicationMessage':
      return [
        ...common,
        ['//Header/AckRequested', message.ackRequested?.version],
        ['//Body/Manifest', message.manifest?.version],
      ];
    case 'AcknowledgmentMessage':
      return [...common, ['//Header/Acknowledgment', message.acknowledgment.version]];
    case 'ErrorMessage':
      return [...common, ['//Header/ErrorList', message.errorList.version]];
    default:
      return common;
  }
}
