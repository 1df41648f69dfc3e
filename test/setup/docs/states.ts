import { EVENTS, STATES, TRANSITIONS } from '../../../src/msh/states.ts';
import { CONSULTATION_RESULTS } from '../../../src/wus/consultations/results.ts';
import { page, table } from './page.ts';

export function statesPage(): string {
  const states = Object.entries(STATES).map(([name, row]) => [
    `\`${name}\``,
    row.direction === 'in' ? 'received' : 'sent',
    row.final ? 'yes' : 'no',
    row.meaning,
  ]);
  return page(
    'Message states',
    '`src/msh/states.ts` and `src/wus/consultations/results.ts`',
    'A state is never renamed. Every final state of a sent message raises exactly one event. A valid receipt that comes ' +
      'after the end is stored and raises an event; the state stays.',
    diagram(),
    table(['State', 'Message', 'Final', 'Meaning'], states),
    '## Transitions',
    table(
      ['From', 'To', 'By'],
      TRANSITIONS.map((row) => [`\`${row.from}\``, `\`${row.to}\``, row.by]),
    ),
    '## Events',
    table(
      ['Event', 'When'],
      Object.entries(EVENTS).map(([type, meaning]) => [`\`${type}\``, meaning]),
    ),
    '## Consultations of WUS',
    'One record a request, of partners and of our own: `running` at first, or `refused` at once, and one of the others at its end. Nothing is answered that is not on record.',
    table(
      ['Result', 'Meaning'],
      Object.entries(CONSULTATION_RESULTS).map(([result, meaning]) => [`\`${result}\``, meaning]),
    ),
  );
}

function diagram(): string {
  const lines = TRANSITIONS.map((row) => `  ${row.from === 'new' ? '[*]' : row.from} --> ${row.to}`);
  const ends = Object.entries(STATES)
    .filter(([state, row]) => row.final && TRANSITIONS.some((step) => step.to === state))
    .map(([state]) => `  ${state} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', ...lines, ...ends, '```'].join('\n');
}
