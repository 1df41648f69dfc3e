import { GatewayError } from '../../../errors.ts';
import type { Check } from './check.ts';

/** DuplicateElimination stands in the header exactly as the CPA says. @spec ebMS2 §6.4.1 */
export const checkDuplicateElimination: Check = ({ message, agreement }) => {
  const { duplicateElimination: agreed } = agreement;
  if (agreed === 'perMessage' || (agreed === 'always') === message.header.duplicateElimination) return;
  throw new GatewayError('HEADER_NOT_AGREED', { location: '//Header/MessageHeader/DuplicateElimination' });
};
