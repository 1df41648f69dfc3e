import { ACTION, contract, cpaIdOf, dienst, gemeente, SERVICE } from '../../setup/msh-contracts.ts';
import { openTestGateway } from '../../setup/test-gateway.ts';
import { answerCommands } from '../../setup/told-process.ts';

/** A process with a whole gateway in `folder`; its partner is never there. */
const [, , folder = ''] = process.argv;
const cpa = contract({ profile: 'osb-rm' });
const test = await openTestGateway({
  folder,
  parties: [gemeente.key],
  cpas: [cpa],
  keys: [],
  roots: [],
  partners: new Map([[dienst.key, { allow: [], endpoint: 'http://127.0.0.1:1/ebms' }]]),
});
const { gateway, warnings } = test;
const request = { cpaId: cpaIdOf(cpa), from: gemeente.key, service: SERVICE, action: ACTION, payloads: [] };

await answerCommands({
  async submit() {
    await gateway.messages.submit(request);
    return 'stored';
  },
  async ready() {
    const { ok, checks } = await gateway.health();
    const failing = checks.filter((check) => !check.ok).map(({ name }) => name);
    return ok ? 'ready' : `not ready: ${failing.join(', ')}`;
  },
  async count() {
    return String((await gateway.messages.list({ limit: 100 })).items.length);
  },
  logged: () => Promise.resolve(String(warnings.filter(({ message }) => /cannot be written/.test(message)).length)),
});
await test.close(true);
