import assert from 'node:assert/strict';
import { json, OIN_A, openRestGateway } from './rest-gateway.ts';

describe('POST /routes/explain', () => {
  it('says where a message would go and which rule decides; what is no rule’s field is refused', async () => {
    const rest = await openRestGateway({}, undefined, {
      routes: [
        { action: 'anders', destination: 'test' },
        { from: `urn:osb:oin:${OIN_A}`, destination: 'test' },
        { destination: 'partner', json: { schema: 'melding.xsd', element: undefined } },
      ],
      prepare: ({ handovers }) => void handovers.register('test', { deliver: () => Promise.resolve() }),
    });
    const explain = (body: unknown): Promise<Response> =>
      rest.fetch('/api/v1/routes/explain', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    try {
      assert.deepEqual(await json(await explain({ from: OIN_A, action: 'melden' })), {
        destination: 'test',
        json: null,
        rule: 2,
        steps: [
          {
            rule: 1,
            destination: 'test',
            matches: false,
            mismatch: { field: 'action', wanted: 'anders', found: 'melden' },
          },
          { rule: 2, destination: 'test', matches: true, mismatch: null },
        ],
      });
      assert.partialDeepStrictEqual(await json(await explain({ direction: 'out' })), {
        destination: 'partner',
        json: { schema: 'melding.xsd', element: null },
        rule: 3,
      });
      assert.partialDeepStrictEqual(await json(await explain({})), { destination: 'inbox', rule: null });
      assert.equal((await explain({ form: OIN_A })).status, 400);
    } finally {
      await rest.close();
    }
  });
});
