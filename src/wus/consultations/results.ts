import type { ConsultationResult } from '../../ports/consultations.ts';

/** How a consultation went: public names, never renamed. docs/states.md, the API and the command line read them here. */
export const CONSULTATION_RESULTS: Readonly<Record<ConsultationResult, string>> = {
  running: 'Its end is not recorded: it is under way, or the gateway was stopped before it ended.',
  answered:
    'The answer was given to the partner; or it came, was verified and fits the form that the application asked for.',
  fault: 'The application, or the partner, answered with a fault.',
  refused: 'The request of a partner was not accepted; the application was not asked.',
  failed:
    'There was no answer, or none that could be used: unreachable, too late, not what the WSDL says, not verified.',
  undelivered:
    'The partner answered, and that was verified; the application could not be given it in the form that it asked for: `code` says why.',
};
