import type { Organisation } from '../../setup/organisation.ts';
import type { Steps } from './steps.ts';
import { ECHO_NAMESPACE, SERVICE, textIn, type WusPlace } from './wus-place.ts';

export interface WusCalled {
  readonly messageId: string;
  readonly answerId: string;
  readonly callMs: number;
  /** What each side has on record: who asks, then who answers. */
  readonly consultations: readonly [Fields, Fields];
}

type Fields = Readonly<Record<string, unknown>>;

const TEXT = `Één vraag over 1 &lt; 2 &amp; 2 &gt; 1, voor € 12,50${' …'.repeat(1000)}`;

/** One question from the application of one side to that of the other, by REST on either end. */
export async function callService(place: WusPlace, steps: Steps): Promise<WusCalled> {
  const [gemeente, dienst] = place.organisations;
  const started = performance.now();
  const { messageId, answer } = await steps.step(`${gemeente.name} asks (POST /wus/services/${SERVICE}/calls)`, () =>
    ask(gemeente),
  );
  const callMs = Math.round(performance.now() - started);
  await steps.step('The answer is that of the application, byte for byte', () => {
    if (textIn(answer) !== TEXT) throw new Error(`another text came back: ${answer.toString('utf8')}`);
    return Promise.resolve();
  });
  const consultations = await steps.step('Both sides have the consultation on record', () =>
    Promise.all([recordOf(gemeente, messageId), recordOf(dienst, messageId)]),
  );
  const [asked] = consultations;
  return { messageId, answerId: String(asked['answerId']), callMs, consultations };
}

async function ask({ apiUrl }: Organisation): Promise<{ readonly messageId: string; readonly answer: Buffer }> {
  const response = await fetch(`${apiUrl}/api/v1/wus/services/${SERVICE}/calls`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/xml' },
    body: `<echo xmlns="${ECHO_NAMESPACE}"><tekst>${TEXT}</tekst></echo>`,
  });
  const answer = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${answer.toString('utf8')}`);
  return { messageId: response.headers.get('message-id') ?? '', answer };
}

/** The end of a record is written after the answer has left: it is asked for until it is there. */
async function recordOf({ apiUrl, name }: Organisation, messageId: string): Promise<Fields> {
  const url = `${apiUrl}/api/v1/wus/consultations?messageId=${encodeURIComponent(messageId)}`;
  for (;;) {
    const { items }: { items: readonly Fields[] } = JSON.parse(await (await fetch(url)).text());
    const [one] = items;
    if (one === undefined) throw new Error(`${name} has no record of ${messageId}`);
    if (one['result'] === 'answered') return one;
    if (one['result'] !== 'running') throw new Error(`${name} recorded ${JSON.stringify(one)}`);
  }
}
