import type { Trouble } from '../../../adapters/amqp/examine.ts';
import type { Found } from '../../../adapters/amqp/examined.ts';
import type { Config } from '../config/config.ts';
import { amqpSettings } from '../adapters.ts';
import { messageOf } from '../../transport/peer-failure.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const CHECK = 'amqp';

const REMEDIES: Readonly<Record<Trouble, string>> = {
  network:
    'Check `adapters.amqp.url`, network, firewall and whether the broker runs. The gateway starts without it, and messages wait.',
  tls: 'Check `adapters.amqp.tls`: the CA of the broker, the name in its certificate, and our own certificate.',
  credentials: 'Check user and password in `adapters.amqp.url`, and the rights of the user at the broker.',
  vhost: 'Check the path of `adapters.amqp.url`: the virtual host must be there, and the user must have rights in it.',
};

const ANSWERS =
  'Give the user of the gateway permission to write to `amq.default`, where applications name `reply_to`, or `receiveQueue` is set: until then answers lie in the queue of refused input with REPLY_UNDELIVERABLE.';

/** Whether the broker answers, takes us, and has what the adapter uses. Changes nothing there. */
export async function checkBroker(config: Config): Promise<readonly DoctorFinding[]> {
  const { amqp } = config.adapters;
  if (amqp === undefined) return [];
  const settings = await amqpSettings(amqp, config);
  const { examineBroker, troubleOf } = await import('../../../adapters/amqp/examine.ts');
  const { hostOf } = await import('../../../adapters/amqp/broker-connection.ts');
  const where = `${hostOf(amqp.url)} (AMQP ${amqp.protocol})`;
  try {
    const { broker, found, unanswerable } = await examineBroker(settings);
    return [
      good(CHECK, `${where} answers as ${broker}, and takes our credentials`),
      ...found.map(judge),
      ...(unanswerable === undefined
        ? []
        : [doubt(CHECK, `answers cannot be given by queue: ${unanswerable}`, ANSWERS)]),
    ];
  } catch (error) {
    const trouble = troubleOf(error);
    const said = `${where} cannot be used: ${messageOf(error)}`;
    // A broker that is away now may be back when the gateway starts.
    return [(trouble === 'network' ? doubt : bad)(CHECK, said, REMEDIES[trouble])];
  }
}

function judge({ kind, name, use, there, declared, messages, readers, fault }: Found): DoctorFinding {
  const what = `${kind} ${name} (${use})`;
  if (there) {
    const count = messages === undefined ? '' : `: ${messages} messages, ${readers} readers`;
    return good(CHECK, `${what} is there${count}`);
  }
  if (fault !== undefined) return bad(CHECK, `${what} cannot be looked at: ${fault}`, REMEDIES.credentials);
  if (declared) return good(CHECK, `${what} is not there yet: the gateway declares it when it starts`);
  return bad(
    CHECK,
    `${what} is not there`,
    'Declare it at the broker (docs/amqp.md), or give the setting its right name.',
  );
}
